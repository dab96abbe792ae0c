// Adding up made-up fleets.
#include "smolfleet/report/summary.hpp"

#include "fabricated.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace smolfleet;
using namespace smolfleet::test;
using nlohmann::json;

namespace {

report::Guests read(const std::vector<json>& results) {
  return read_texts({lines_of_json(results)}).guests;
}

json with_duration(json result, double ms) {
  result["duration_ms"] = ms;
  return result;
}

}  // namespace

TEST_SUITE("report") {
  TEST_CASE("counts, retries and what is left behind are told by run") {
    auto leaked = failed_result("b", 2);
    leaked["leaked"] = true;
    auto other = ok_result("c", 1);
    other["run"] = "r2";
    const auto summary = report::summarize(read({ok_result("a", 1), leaked, other}));
    REQUIRE(summary.runs.size() == 2);
    CHECK(summary.runs[0].plans == 2);
    CHECK(summary.runs[0].by_status[0] == 1);
    CHECK(summary.runs[0].by_status[1] == 1);
    CHECK(summary.runs[0].leaked == 1);
    CHECK(summary.runs[0].retries == 2);
    CHECK(summary.runs[1].plans == 1);
    CHECK(summary.leaked == std::vector<std::uint32_t>{1});
  }

  TEST_CASE("a run's wall time reaches from the first admission to the last end") {
    auto later = with_duration(ok_result("b", 2), 1000);
    later["started_at"] = "2026-11-23T10:00:00.350Z";
    const auto summary = report::summarize(read({ok_result("a", 1), later}));
    CHECK(summary.runs[0].wall.count() == 1250);
    CHECK(summary.runs[0].most_in_flight == 2);
  }

  TEST_CASE("a guest that takes another's place is not in flight beside it") {
    auto next = ok_result("b", 2);
    next["started_at"] = "2026-11-23T10:00:00.600Z";
    const auto summary = report::summarize(read({with_duration(ok_result("a", 1), 500), next}));
    CHECK(summary.runs[0].most_in_flight == 1);
  }

  TEST_CASE("phases have their percentiles, and waiting is what is left of a guest's time") {
    std::vector<json> fleet;
    for (int i = 1; i <= 10; ++i) {
      auto result = ok_result("g" + std::to_string(i), static_cast<std::uint64_t>(i));
      result["phases"][1]["duration_ms"] = 100 * i;
      result["duration_ms"] = 1500;
      fleet.push_back(result);
    }
    const auto summary = report::summarize(read(fleet));
    REQUIRE(summary.phases.size() == 2);
    const auto& start = summary.phases[1];
    CHECK(start.name == "start");
    CHECK(start.times.count == 10);
    CHECK(start.times.p50 == 500);
    CHECK(start.times.p90 == 900);
    CHECK(start.times.p99 == 1000);
    CHECK(start.times.max == 1000);
    CHECK(summary.phases[0].retries == 10);
    CHECK(summary.phases[0].retried_guests == 10);
    CHECK(summary.phases[0].most_attempts == 2);
    CHECK(summary.whole.p50 == 1500);
    CHECK(summary.waiting.max == 1390);
    CHECK(summary.waiting.p50 == 890);
  }

  TEST_CASE("failures are grouped by code and phase, the most frequent first") {
    auto other = failed_result("c", 3);
    other["error"]["code"] = "timeout";
    const auto summary =
        report::summarize(read({other, failed_result("a", 1), failed_result("b", 2)}));
    REQUIRE(summary.failures.size() == 2);
    CHECK(summary.failures[0].code == "start_failed");
    CHECK(summary.failures[0].guests.size() == 2);
    CHECK(summary.failures[1].code == "timeout");
    CHECK(summary.phases[1].failed == 3);
  }

  TEST_CASE("the slowest come first, and no more than can be read") {
    std::vector<json> fleet;
    for (std::uint64_t line = 1; line <= 30; ++line)
      fleet.push_back(with_duration(ok_result("g" + std::to_string(line), line),
                                    99.0 + static_cast<double>(line)));
    const auto guests = read(fleet);
    const auto summary = report::summarize(guests);
    REQUIRE(summary.slowest.size() == report::most_slowest);
    CHECK(guests.guests[summary.slowest[0]].name == "g30");
    CHECK(guests.guests[summary.slowest[19]].name == "g11");
  }

  TEST_CASE("of nothing there is nothing") {
    const auto summary = report::summarize(read({}));
    CHECK(summary.runs.empty());
    CHECK(summary.whole.count == 0);
    CHECK(summary.slowest.empty());
  }
}
