// What a tally makes of what it is told.
#include "smolfleet/watch/tally.hpp"

#include "fleet_on_paper.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace smolfleet;
using namespace smolfleet::test;
using core::FailureCode;
using results::Status;
using watch::Tally;

TEST_SUITE("watch") {
  TEST_CASE("guests in flight are in a phase or wait") {
    Tally tally;
    for (std::uint64_t line = 1; line <= 3; ++line)
      tally.admitted(guest(line));
    tally.phase_begun(guest(1), "start");
    tally.phase_begun(guest(2), "step[7]");
    CHECK(tally.in_flight() == 3);
    CHECK(tally.waiting() == 1);
    REQUIRE(tally.phases().size() == 2);
    CHECK(tally.phases()[0].name == "start");
    CHECK(tally.phases()[1].name == "step");
    CHECK(tally.phases()[1].running == 1);
    tally.phase_ended(guest(2), phase("step[7]", 12));
    tally.answered(result(2, 100));
    CHECK(tally.in_flight() == 2);
    CHECK(tally.phases()[1].running == 0);
    CHECK(tally.phases()[1].took.count() == 1);
  }

  TEST_CASE("phases stand in the order of a guest's life, in whatever order they come") {
    Tally tally;
    for (const auto* name :
         {"delete", "step[1]", "create", "install_ca", "stop", "start", "copy_ca"})
      tally.phase_begun(guest(1), name);
    std::vector<std::string> names;
    for (const auto& phase : tally.phases())
      names.push_back(phase.name);
    CHECK(names == std::vector<std::string>{"create", "start", "copy_ca", "install_ca", "step",
                                            "stop", "delete"});
  }

  TEST_CASE("a phase that never had a child has no duration") {
    Tally tally;
    live(tally, result(1, 5, {phase("start", 3, 0)}));
    CHECK(tally.phases().at(0).took.count() == 0);
  }

  TEST_CASE("answers are counted by status, a rejected line though it was never admitted") {
    Tally tally;
    live(tally, result(1, 100, {phase("start", 60, 3)}));
    live(tally, failed(result(2, 50), FailureCode::start_failed, "first"));
    live(tally, failed(result(3, 50), FailureCode::start_failed, "second"));
    auto rejected = failed(result(4, 0), FailureCode::invalid_plan, "no JSON");
    rejected.started_at.reset();
    rejected.target.reset();
    tally.answered(rejected);
    tally.recalled(Status::ok);
    CHECK(tally.count(Status::ok) == 1);
    CHECK(tally.count(Status::failed) == 2);
    CHECK(tally.count(Status::rejected) == 1);
    CHECK(tally.answered() == 4);
    CHECK(tally.recalled() == 1);
    CHECK(tally.in_flight() == 0);
    CHECK(tally.retries() == 2);
    CHECK(tally.came_up().count() == 1);
    const auto& starts = tally.failures().at(FailureCode::start_failed);
    CHECK(starts.count == 2);
    CHECK(starts.line == 2);
    CHECK(starts.message == "first");
    CHECK(tally.failures().at(FailureCode::invalid_plan).target.empty());
  }

  TEST_CASE("of a thousand guests the slowest are kept, slowest first") {
    Tally tally;
    for (std::uint64_t line = 1; line <= 1000; ++line) {
      const auto took = static_cast<double>(line * 7919 % 1000);
      live(tally, result(line, took, {phase("start", took / 2), phase("copy_ca", took / 4)}));
    }
    REQUIRE(tally.slowest().size() == watch::most_slow_guests);
    for (std::size_t i = 0; i < tally.slowest().size(); ++i) {
      CHECK(tally.slowest()[i].took.count() == 999.0 - static_cast<double>(i));
      CHECK(tally.slowest()[i].longest_in == "start");
    }
  }

  TEST_CASE("a guest that mostly waited says so") {
    Tally tally;
    live(tally, result(1, 1000, {phase("start", 100), phase("copy_ca", 200)}));
    CHECK(tally.slowest().at(0).longest_in == "waiting");
    CHECK(tally.slowest().at(0).longest.count() == doctest::Approx(700));
  }
}
