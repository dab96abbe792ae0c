// The trace as Perfetto reads it.
#include "smolfleet/report/trace.hpp"

#include "fabricated.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace smolfleet;
using namespace smolfleet::test;
using nlohmann::json;

namespace {

/// The events by kind.
std::map<std::string, std::vector<json>> trace_of(const std::vector<json>& results) {
  std::string text;
  const auto guests = read_texts({lines_of_json(results)}).guests;
  report::write_trace([&](std::string_view piece) { text += piece; }, guests);
  std::map<std::string, std::vector<json>> events;
  for (const auto& event : json::parse(text)["traceEvents"])
    events[event["ph"]].push_back(event);
  return events;
}

}  // namespace

TEST_SUITE("report") {
  TEST_CASE("each guest has a track of its own in its run's process, and each phase its event") {
    auto other = failed_result("c", 1);
    other["run"] = "r2";
    const std::vector<json> results = {ok_result("a", 1), ok_result("b", 2), other};
    const auto events = trace_of(results);
    std::set<int> tracks;
    std::set<int> processes;
    for (const auto& event : events.at("M")) {
      if (event["name"] == "thread_name") CHECK(tracks.insert(event["tid"].get<int>()).second);
      if (event["name"] == "process_name") processes.insert(event["pid"].get<int>());
    }
    CHECK(tracks.size() == 3);
    CHECK(processes.size() == 2);
    for (const auto process : processes)
      CHECK_FALSE(tracks.contains(process));
    CHECK(events.at("X").size() == 6);
    for (const auto& event : events.at("X"))
      CHECK(tracks.contains(event["tid"].get<int>()));
  }

  TEST_CASE("times are microseconds since the epoch, and say what the result says") {
    const auto events = trace_of({ok_result("a", 1)});
    const auto& create = events.at("X")[0];
    const auto& start = events.at("X")[1];
    CHECK(create["name"] == "create");
    CHECK(create["ts"] == 1'795'428'000'100'500);
    CHECK(create["dur"] == 10'000);
    CHECK(create["args"]["attempts"] == 2);
    CHECK(start["ts"] == 1'795'428'000'120'125);
    CHECK(start["dur"] == 300'000);
    CHECK(start["args"]["exit_code"] == 0);
    CHECK(events.count("i") == 0);
  }

  TEST_CASE("a plan that does not end ok has an instant where it ends") {
    auto killed = failed_result("a", 1);
    killed["phases"][1]["exit_code"] = nullptr;
    const auto events = trace_of({killed});
    REQUIRE(events.at("i").size() == 1);
    const auto& end = events.at("i")[0];
    CHECK(end["name"] == "start_failed");
    CHECK(end["ts"] == 1'795'428'000'600'250);
    CHECK(end["args"]["message"] == "no");
    CHECK(events.at("X")[1]["args"]["exit_code"].is_null());
  }

  TEST_CASE("a plan that was never admitted has no track, and nothing makes an empty trace") {
    auto never = failed_result("a", 1);
    never["status"] = "rejected";
    never["started_at"] = nullptr;
    const auto events = trace_of({never});
    CHECK(events.count("X") == 0);
    CHECK(events.at("M").size() == 1);
    CHECK(trace_of({}).empty());
  }

  TEST_CASE("names may hold anything") {
    const std::string name = "\"</script>\\\n\xe2\x80\xa8<!--";
    auto odd = ok_result(name, 1);
    const auto events = trace_of({odd});
    CHECK(events.at("M")[1]["args"]["name"] == name);
  }
}
