// The retry rules, without waiting for any of them.
#include "smolfleet/bringup/retry.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace smolfleet;
using bringup::pause_before;
using bringup::rule_for;
using driver::Verdict;
using namespace std::chrono_literals;

TEST_SUITE("bringup") {
  TEST_CASE("a killed exec is run once more after the settle delay, to the microsecond") {
    const auto rule = rule_for(Verdict::retry_settle, 1000ms);
    CHECK(pause_before(rule, 0, 0.0) == 1000ms);
    CHECK(pause_before(rule, 0, 0.999) == 1000ms);
    CHECK_FALSE(pause_before(rule, 1, 0.5));
  }

  TEST_CASE(
      "a locked database is tried 20 times more, jittered below a bound that doubles to 1 s") {
    const auto rule = rule_for(Verdict::retry_lock, 1000ms);
    CHECK(pause_before(rule, 0, 0.0) == 0ms);
    CHECK(pause_before(rule, 0, 0.5) == 10ms);
    CHECK(pause_before(rule, 1, 0.5) == 20ms);
    CHECK(pause_before(rule, 5, 0.5) == 320ms);
    CHECK(pause_before(rule, 6, 0.5) == 500ms);
    CHECK(pause_before(rule, 19, 0.5) == 500ms);
    CHECK_FALSE(pause_before(rule, 20, 0.5));
  }

  TEST_CASE("a start that fails for a passing reason is tried 3 times more") {
    const auto rule = rule_for(Verdict::retry_start, 1000ms);
    CHECK(pause_before(rule, 2, 0.9));
    CHECK_FALSE(pause_before(rule, 3, 0.0));
  }

  TEST_CASE("what is final is not tried again") {
    for (const auto verdict : {Verdict::done, Verdict::failed, Verdict::host_unfit}) {
      CHECK_FALSE(pause_before(rule_for(verdict, 1000ms), 0, 0.0));
    }
  }

  TEST_CASE("dice of the same seed roll the same, between 0 and 1") {
    bringup::Dice one(7);
    bringup::Dice other(7);
    for (int i = 0; i < 1000; ++i) {
      const auto roll = one.roll();
      CHECK(roll == other.roll());
      CHECK((roll >= 0.0 && roll < 1.0));
    }
  }
}
