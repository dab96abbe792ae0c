// When failures are enough.
#include "smolfleet/fleet/halt.hpp"

#include <doctest/doctest.h>

using namespace smolfleet::fleet;

TEST_SUITE("fleet") {
  TEST_CASE("without a rule no number of failures is enough") {
    CHECK_FALSE(is_reached({}, 1'000'000, 1'000'000));
  }

  TEST_CASE("a number of failures is enough from there on, among any number of results") {
    const HaltRule rule{.when = HaltRule::When::soon, .limit = 2};
    CHECK_FALSE(is_reached(rule, 0, 0));
    CHECK_FALSE(is_reached(rule, 1, 1));
    CHECK(is_reached(rule, 2, 2));
    CHECK(is_reached(rule, 3, 1000));
  }

  TEST_CASE("a percentage counts from three results on") {
    const HaltRule rule{.when = HaltRule::When::now, .limit = 20, .in_percent = true};
    CHECK_FALSE(is_reached(rule, 2, 2));
    CHECK(is_reached(rule, 1, 3));
    CHECK(is_reached(rule, 1, 5));
    CHECK_FALSE(is_reached(rule, 1, 6));
    CHECK(is_reached(rule, 2, 10));
    CHECK_FALSE(is_reached(rule, 0, 10));
  }
}
