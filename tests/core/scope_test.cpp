// Scope: tasks end before it does.
#include "smolfleet/core/scope.hpp"

#include "smolfleet/core/clock.hpp"

#include "../support/loop.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using namespace smolfleet;
using core::Awaitable;
using namespace std::chrono_literals;

namespace {

Awaitable<void> wait_for_cancellation(std::vector<std::string>& events, std::string name) {
  core::Bell bell(co_await core::this_coro::executor);
  events.push_back(name + " began");
  bool cancelled = co_await core::cancelled();
  while (!cancelled) {
    co_await bell.wait();
    cancelled = co_await core::cancelled();
  }
  events.push_back(name + " ended");
}

Awaitable<void> fail_after_a_turn() {
  co_await asio::post(co_await core::this_coro::executor, core::as_value);
  throw std::runtime_error("a bug");
}

/// Something that a task waits for behind a shield.
struct Fact {
  explicit Fact(const core::Executor& executor) : bell(executor) {}
  void comes_true() {
    is_true = true;
    bell.ring();
  }
  core::Bell bell;
  bool is_true = false;
};

Awaitable<void> wait_behind_a_shield(std::vector<std::string>& events, Fact& fact) {
  const bool shielded = co_await core::shield();
  events.emplace_back(shielded ? "shielded" : "not shielded");
  bool abandoned = !shielded;
  while (!fact.is_true && !abandoned) {
    co_await fact.bell.wait();
    abandoned = co_await core::cancelled();
  }
  events.emplace_back(abandoned ? "left" : "finished");
}

Awaitable<void> end_at_once(int& count) {
  ++count;
  co_return;
}

}  // namespace

TEST_SUITE("core") {
  TEST_CASE("a task that throws cancels its siblings, and the exception leaves the scope") {
    std::vector<std::string> events;
    auto body = [&](core::Scope& scope) -> Awaitable<void> {
      scope.spawn(wait_for_cancellation(events, "sibling"));
      scope.spawn(fail_after_a_turn());
      return scope.join();
    };
    auto task = [&]() { return core::with_scope(body); };
    CHECK_THROWS_WITH_AS(test::run_loop(task), "a bug", std::runtime_error);
    CHECK(events == std::vector<std::string>{"sibling began", "sibling ended"});
  }

  TEST_CASE("an exception of the body cancels the tasks and is thrown when they have ended") {
    std::vector<std::string> events;
    auto body = [&](core::Scope& scope) -> Awaitable<void> {
      scope.spawn(wait_for_cancellation(events, "task"));
      throw std::runtime_error("body");
    };
    auto task = [&]() { return core::with_scope(body); };
    CHECK_THROWS_WITH_AS(test::run_loop(task), "body", std::runtime_error);
    CHECK(events.back() == "task ended");
  }

  TEST_CASE("a task that is spawned into a cancelled scope is cancelled from the start") {
    std::vector<std::string> events;
    auto body = [&](core::Scope& scope) -> Awaitable<void> {
      scope.cancel();
      scope.spawn(wait_for_cancellation(events, "late"));
      return scope.join();
    };
    test::run_loop([&]() { return core::with_scope(body); });
    CHECK(events.back() == "late ended");
  }

  TEST_CASE("tasks that end at once leave nothing, however many") {
    int count = 0;
    auto body = [&](core::Scope& scope) -> Awaitable<void> {
      for (int i = 0; i < 1000; ++i)
        scope.spawn(end_at_once(count));
      return scope.join();
    };
    test::run_loop([&]() { return core::with_scope(body); });
    CHECK(count == 1000);
  }

  TEST_CASE("a cancellation from outside reaches the tasks of an inner scope") {
    std::vector<std::string> events;
    auto body = [&](core::Scope& scope) -> Awaitable<void> {
      scope.spawn(wait_for_cancellation(events, "inner"));
      return scope.join();
    };
    const auto run = test::run_and_cancel_after(1, [&]() { return core::with_scope(body); });
    CHECK(run.was_in_flight);
    CHECK(events.back() == "inner ended");
  }

  TEST_CASE("a sleep ends at its time, and at once when it is cancelled") {
    core::SteadyClock clock;
    const auto begun = clock.now();
    test::run_loop([&]() { return clock.sleep_until(begun + 20ms); });
    CHECK(clock.now() - begun >= 20ms);
    const auto run =
        test::run_and_cancel_after(1, [&]() { return clock.sleep_until(clock.now() + 24h); });
    CHECK(run.was_in_flight);
  }

  TEST_CASE("a shield lets no cancellation through, whenever it came") {
    std::vector<std::string> events;
    auto body = [&](core::Scope& scope) -> Awaitable<void> {
      Fact first(co_await core::this_coro::executor);
      Fact second(co_await core::this_coro::executor);
      scope.spawn(wait_behind_a_shield(events, first));
      co_await asio::post(co_await core::this_coro::executor, core::as_value);
      scope.cancel();
      scope.spawn(wait_behind_a_shield(events, second));  // is cancelled before it begins
      co_await asio::post(co_await core::this_coro::executor, core::as_value);
      CHECK(events == std::vector<std::string>{"shielded", "shielded"});
      second.comes_true();
      first.comes_true();
      co_await scope.join();
    };
    test::run_loop([&]() { return core::with_scope(body); });
    CHECK(events.size() == 4);
    CHECK(std::ranges::count(events, "finished") == 2);
  }

  TEST_CASE("who is abandoned has no shield") {
    std::vector<std::string> events;
    auto body = [&](core::Scope& scope) -> Awaitable<void> {
      Fact never_true(co_await core::this_coro::executor);
      scope.spawn(wait_behind_a_shield(events, never_true));
      co_await asio::post(co_await core::this_coro::executor, core::as_value);
      scope.cancel();
      scope.abandon();
      scope.spawn(wait_behind_a_shield(events, never_true));
      co_await scope.join();
    };
    test::run_loop([&]() { return core::with_scope(body); });
    CHECK(events.front() == "shielded");
    CHECK(std::ranges::count(events, "not shielded") == 1);
    CHECK(std::ranges::count(events, "left") == 2);
  }
}
