// BootTurns on a clock that jumps: who starts when, without a child in sight.
#include "smolfleet/admission/boot_turns.hpp"

#include "smolfleet/core/scope.hpp"

#include "../support/loop.hpp"
#include "../support/manual_clock.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

using namespace smolfleet;
using admission::BootRules;
using admission::BootTurns;
using admission::StartEnd;
using core::Awaitable;
using namespace std::chrono_literals;

namespace {

Awaitable<bool> is_warm(core::TimePoint) {
  co_return true;
}

Awaitable<bool> is_cold(core::TimePoint) {
  co_return false;
}

struct Started {
  int guest;
  std::chrono::nanoseconds at;
  std::size_t under_way;  ///< with itself
};

/// Guests that come at once and take a second each.
class Host {
 public:
  Host(const BootRules& rules, BootTurns::HostIsWarm warm)
      : rules_(rules), warm_(std::move(warm)) {}

  /// An attempt of a guest, counted from 0; it says how it ends.
  std::function<StartEnd(int guest, int attempt)> attempt = [](int, int) {
    return StartEnd::succeeded;
  };

  void start(int guests) {
    auto task = [this, guests]() -> Awaitable<void> {
      turns_.emplace(co_await core::this_coro::executor, clock, rules_, warm_);
      auto body = [this, guests](core::Scope& scope) -> Awaitable<void> {
        for (int i = 0; i < guests; ++i)
          scope.spawn(guest(i));
        return scope.join();
      };
      co_await core::with_scope(body);
      turns_.reset();
    };
    test::run_on_clock(clock, task);
  }

  test::ManualClock clock;
  std::vector<Started> started;

 private:
  Awaitable<void> guest(int number) {
    auto turn = co_await turns_->enter(core::never);
    REQUIRE(turn);
    for (int tries = 0;; ++tries) {
      ++under_way_;
      started.push_back({number, clock.now().time_since_epoch(), under_way_});
      co_await clock.sleep_until(clock.now() + 1s);
      --under_way_;
      const auto how = attempt(number, tries);
      turn->attempt_ended(how);
      if (how == StartEnd::succeeded) break;
      const bool again = co_await turn->renew(core::never);
      REQUIRE(again);
    }
    turns_->host_started();
  }

  BootRules rules_;
  BootTurns::HostIsWarm warm_;
  std::optional<BootTurns> turns_;
  std::size_t under_way_ = 0;
};

std::vector<int> guests_of(const std::vector<Started>& starts) {
  std::vector<int> guests;
  for (const auto& start : starts)
    guests.push_back(start.guest);
  return guests;
}

}  // namespace

TEST_SUITE("admission") {
  TEST_CASE("so many start at a time, in order of arrival") {
    Host host({.slots = 3}, is_warm);
    host.start(7);
    CHECK(guests_of(host.started) == std::vector<int>{0, 1, 2, 3, 4, 5, 6});
    CHECK(host.started[2].at == 0s);
    CHECK(host.started[3].at == 1s);
    CHECK(host.started[6].at == 2s);
  }

  TEST_CASE("on a host that has never started a machine, the first start goes alone") {
    Host host({.slots = 4}, is_cold);
    host.start(5);
    CHECK(host.started[0].at == 0s);
    for (std::size_t i = 1; i < 5; ++i)
      CHECK(host.started[i].at == 1s);
  }

  TEST_CASE("a first start that has to be repeated stays alone") {
    Host host({.slots = 4}, is_cold);
    host.attempt = [](int guest, int attempt) {
      return guest == 0 && attempt == 0 ? StartEnd::overloaded : StartEnd::succeeded;
    };
    host.start(3);
    CHECK(guests_of(host.started) == std::vector<int>{0, 0, 1, 2});
    CHECK(host.started[2].at == 2s);
  }

  TEST_CASE("starts keep their rate, repeated ones included") {
    Host host({.slots = 100, .per_second = 4.0}, is_warm);
    host.attempt = [](int guest, int attempt) {
      return guest == 0 && attempt == 0 ? StartEnd::overloaded : StartEnd::succeeded;
    };
    host.start(8);
    REQUIRE(host.started.size() == 9);
    for (std::size_t i = 0; i < 9; ++i)
      CHECK(host.started[i].at == i * 250ms);
    CHECK(guests_of(host.started) == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 0});
  }

  TEST_CASE("a rate that nobody used for a while is not made up for") {
    test::ManualClock clock;
    std::vector<std::chrono::nanoseconds> at;
    auto task = [&]() -> Awaitable<void> {
      BootTurns turns(co_await core::this_coro::executor, clock, {.slots = 9, .per_second = 1.0},
                      is_warm);
      for (const auto pause : {0s, 10s, 0s}) {
        co_await clock.sleep_until(clock.now() + pause);
        const auto turn = co_await turns.enter(core::never);
        REQUIRE(turn);
        at.push_back(clock.now().time_since_epoch());
      }
    };
    test::run_on_clock(clock, task);
    CHECK(at == std::vector<std::chrono::nanoseconds>{0s, 10s, 11s});
  }

  TEST_CASE("the automatic width grows on a host that bears it") {
    Host host({.slots = std::nullopt, .most = 64}, is_warm);
    host.start(500);
    CHECK(host.started.size() == 500);
    CHECK(host.started.front().under_way == 1);
    std::size_t most = 0;
    for (const auto& start : host.started)
      most = std::max(most, start.under_way);
    CHECK(most == 64);
  }

  TEST_CASE("who is to repeat a start when the host bears fewer steps aside, and comes first") {
    Host host({.slots = std::nullopt, .most = 64}, is_warm);
    // Up to 16 at a time go well; with more under way all of them fail.
    std::size_t failed = 0;
    host.attempt = [&](int guest, int attempt) {
      std::size_t beside = 0;
      for (const auto& start : host.started)
        if (start.guest == guest) beside = start.under_way;
      if (beside <= 16 || attempt > 20) return StartEnd::succeeded;
      ++failed;
      return StartEnd::overloaded;
    };
    host.start(300);
    CHECK(failed > 0);
    CHECK(failed <= 64);
    // Once it is known, nothing more than 16 is under way for long.
    std::size_t wide = 0;
    for (const auto& start : host.started)
      wide += start.under_way > 16 ? 1 : 0;
    CHECK(wide <= 64);
  }

  TEST_CASE("a wait for the rate ends at its limit") {
    test::ManualClock clock;
    auto why = core::Interruption::cancelled;
    auto task = [&]() -> Awaitable<void> {
      BootTurns turns(co_await core::this_coro::executor, clock, {.slots = 9, .per_second = 0.1},
                      is_warm);
      const auto first = co_await turns.enter(core::never);
      REQUIRE(first);
      const auto second = co_await turns.enter(clock.now() + 3s);
      REQUIRE(!second);
      why = second.error();
      CHECK(clock.now().time_since_epoch() == 3s);
    };
    test::run_on_clock(clock, task);
    CHECK(why == core::Interruption::deadline);
  }
}
