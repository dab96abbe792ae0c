// BootWidth: on hosts of many kinds it finds a width about as good as the best, and stays there.
#include "smolfleet/admission/boot_width.hpp"

#include "simulated_host.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace smolfleet;
using admission::BootWidth;
using admission::StartEnd;
using test::Fleet;
using test::SimulatedHost;
using namespace std::chrono_literals;

namespace {

/// What it does after a few dozen starts, as a share of the best fixed width's.
double share_of_best(const SimulatedHost& host, const Fleet& fleet = {}) {
  double sum = 0;
  constexpr unsigned seeds = 10;
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    auto seeded = fleet;
    seeded.seed = seed;
    sum += test::play(host, seeded).settled;
  }
  return sum / seeds / test::best_fixed(host, fleet);
}

SimulatedHost climbing(std::size_t from, double exponent) {
  SimulatedHost host;
  host.slowdown = [=](std::size_t n) {
    return n <= from ? 1.0 : std::pow(static_cast<double>(n) / static_cast<double>(from), exponent);
  };
  return host;
}

std::size_t most_used_width(const test::Outcome& outcome) {
  std::size_t width = 0;
  std::size_t most = 0;
  for (const auto& [each, count] : outcome.ends_at) {
    if (count <= most) continue;
    most = count;
    width = each;
  }
  return width;
}

}  // namespace

TEST_SUITE("admission") {
  TEST_CASE("a host whose start times climb is used to 90 % of what its best width does") {
    for (const std::size_t from : {2U, 4U, 8U, 16U}) {
      for (const double exponent : {1.0, 1.3, 1.7, 2.0}) {
        CAPTURE(from);
        CAPTURE(exponent);
        CHECK(share_of_best(climbing(from, exponent)) >= (from == 2 ? 0.85 : 0.9));
      }
    }
  }

  TEST_CASE("a host whose start times climb from the first neighbour on, too") {
    SimulatedHost host;
    host.slowdown = [](std::size_t n) { return 1 + 0.05 * static_cast<double>(n); };
    CHECK(share_of_best(host) >= 0.9);
  }

  TEST_CASE("a host that gets on best with one start at a time gets one") {
    SimulatedHost host;
    host.slowdown = [](std::size_t n) {
      return static_cast<double>(n) * (1 + 0.1 * (static_cast<double>(n) - 1));
    };
    CHECK(share_of_best(host) >= 0.9);
    CHECK(most_used_width(test::play(host, {})) == 1);
  }

  TEST_CASE("start times that scatter cost little of it") {
    auto host = climbing(8, 1.7);
    host.spread = 0.4;
    CHECK(share_of_best(host) >= 0.85);
    host = SimulatedHost();
    host.spread = 0.4;
    CHECK(share_of_best(host) >= 0.85);
  }

  TEST_CASE("a host that scales is given all that there may be") {
    const auto outcome = test::play({}, {.most = 256, .starts = 2000});
    CHECK(most_used_width(outcome) == 256);
  }

  TEST_CASE("on a plateau the narrow end wins: width that gains nothing is not held") {
    const auto outcome = test::play(climbing(8, 1.0), {.most = 256});
    CHECK(most_used_width(outcome) == 8);
  }

  TEST_CASE("a host that times out above a width is kept below it and hardly tried again") {
    SimulatedHost host;
    host.limit = 16;
    const auto outcome = test::play(host, {.starts = 5000});
    CHECK(most_used_width(outcome) == 16);
    CHECK(outcome.ends_at.at(16) >= 4500);
    CHECK(outcome.timed_out <= 120);
    CHECK(share_of_best(host, {.starts = 5000}) >= 0.85);
  }

  TEST_CASE("a host that bears fewer than it is given to begin with is soon given fewer") {
    SimulatedHost host;
    host.limit = 4;
    const auto outcome = test::play(host, {});
    CHECK(most_used_width(outcome) == 4);
    CHECK(outcome.ends_at.rbegin()->first == 8);
  }

  TEST_CASE(
      "a host on which nothing starts is tried at one width or another, and never in a crowd") {
    SimulatedHost host;
    host.limit = 0;
    const auto outcome = test::play(host, {.starts = 300});
    CHECK(outcome.timed_out == 300);
    CHECK(outcome.ends_at.rbegin()->first == 8);
  }

  TEST_CASE("starts that fail at once for a reason that passes narrow the width, too") {
    BootWidth width(64);
    auto now = BootWidth::TimePoint();
    for (int i = 0; i < 16; ++i) {
      const auto start = width.begin(now);
      now += 1ms;
      width.end(start, StartEnd::overloaded, now);
      now += 100ms;  // the pause before the next attempt
    }
    CHECK(width.width() < 8);
  }

  TEST_CASE("time that stands still does no harm") {
    BootWidth width(64);
    for (int i = 0; i < 100; ++i)
      width.end(width.begin({}), StartEnd::succeeded, {});
    CHECK(width.width() == 8);
  }

  TEST_CASE("a limit between two doublings is found in time") {
    SimulatedHost host;
    host.limit = 28;
    const auto outcome = test::play(host, {.starts = 20'000});
    CHECK(most_used_width(outcome) == 28);
  }

  TEST_CASE("guests that time out at any width do not make it collapse") {
    SimulatedHost host;
    host.broken = 0.1;
    const auto outcome = test::play(host, {.starts = 3000});
    CHECK(most_used_width(outcome) >= 48);
    CHECK(outcome.ends_at.count(4) == 0);
  }

  TEST_CASE("it follows a host that gets slower") {
    auto slow = climbing(4, 2.0);
    bool busy = false;
    SimulatedHost host;
    host.slowdown = [&](std::size_t n) { return busy ? slow.slowdown(n) : 1.0; };
    std::size_t calls = 0;
    auto counted = host;
    counted.slowdown = [&](std::size_t n) {
      busy = ++calls > 2000;
      return host.slowdown(n);
    };
    const auto outcome = test::play(counted, {.starts = 4000});
    CHECK(outcome.ends_at.at(64) >= 1000);
    CHECK(outcome.final_width <= 6);
  }

  TEST_CASE("starts that do not fill the width say nothing of it") {
    BootWidth width(64);
    auto now = BootWidth::TimePoint();
    for (int i = 0; i < 1000; ++i) {
      const auto start = width.begin(now);
      now += 1s;
      width.end(start, StartEnd::succeeded, now);
    }
    CHECK(width.width() == 8);
  }

  TEST_CASE("starts that fail for reasons of their own say nothing of the width") {
    BootWidth width(64);
    auto now = BootWidth::TimePoint();
    for (int round = 0; round < 100; ++round) {
      std::vector<BootWidth::Start> starts;
      while (starts.size() < width.width())
        starts.push_back(width.begin(now));
      now += 1ms;
      for (const auto& start : starts)
        width.end(start, StartEnd::other, now);
    }
    CHECK(width.width() == 8);
  }

  TEST_CASE("it never leaves its bounds") {
    for (const std::size_t most : {1U, 2U, 7U, 9U, 100U}) {
      CAPTURE(most);
      const auto outcome = test::play({}, {.most = most, .starts = 500});
      CHECK(outcome.ends_at.begin()->first >= 1);
      CHECK(outcome.ends_at.rbegin()->first == most);
    }
  }
}
