// The rate of the last half minute, on times from paper.
#include "smolfleet/watch/pace.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using smolfleet::watch::Pace;

TEST_SUITE("watch") {
  TEST_CASE("before the first answer there is no rate and no estimate") {
    const Pace::TimePoint begun{};
    Pace pace(begun);
    pace.note(begun + 5s, 0);
    CHECK_FALSE(pace.rate());
    CHECK_FALSE(pace.time_for(10));
  }

  TEST_CASE("the first answers are set against all the time since the beginning") {
    const Pace::TimePoint begun{};
    Pace pace(begun);
    pace.note(begun + 9s, 0);
    pace.note(begun + 10s, 20);
    CHECK(pace.rate().value() == doctest::Approx(2.0));
    CHECK(pace.time_for(30) == 15s);
  }

  TEST_CASE("what was more than half a minute ago has no part in the rate") {
    const Pace::TimePoint begun{};
    Pace pace(begun);
    std::uint64_t answers = 0;
    auto now = begun;
    for (int tick = 0; tick < 1000; ++tick)
      pace.note(now += 100ms, answers += 10);  // 100 a second, for 100 s
    CHECK(pace.rate().value() == doctest::Approx(100));
    for (int tick = 0; tick < 400; ++tick)
      pace.note(now += 100ms, tick % 10 == 0 ? ++answers : answers);  // 1 a second, for 40 s
    CHECK(pace.rate().value() == doctest::Approx(1.0).epsilon(0.05));
  }

  TEST_CASE("a run that stands still has no rate any more") {
    const Pace::TimePoint begun{};
    Pace pace(begun);
    pace.note(begun + 1s, 5);
    pace.note(begun + 40s, 5);
    pace.note(begun + 80s, 5);
    CHECK_FALSE(pace.rate());
  }
}
