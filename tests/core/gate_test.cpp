// Gate: so many at a time, in order of arrival, and no place is ever lost.
#include "smolfleet/core/gate.hpp"

#include "smolfleet/core/scope.hpp"

#include "../support/loop.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <vector>

using namespace smolfleet;
using core::Awaitable;
using core::Gate;
using namespace std::chrono_literals;

namespace {

Awaitable<void> next_turn() {
  co_await asio::post(co_await core::this_coro::executor, core::as_value);
}

Awaitable<void> pass(Gate& gate, int number, std::vector<int>& order, std::size_t& most) {
  const auto place = co_await gate.enter();
  if (!place) co_return;
  order.push_back(number);
  most = std::max(most, gate.taken());
  for (int i = 0; i < 3; ++i)
    co_await next_turn();
}

Awaitable<void> enter_late(Gate& gate, core::Interruption& why) {
  const auto holder = co_await gate.enter();
  const auto place = co_await gate.enter(std::chrono::steady_clock::now() + 10ms);
  REQUIRE(!place);
  why = place.error();
}

}  // namespace

TEST_SUITE("core") {
  TEST_CASE("a gate lets its width in and the others follow in order") {
    std::vector<int> order;
    std::size_t most = 0;
    auto task = [&]() -> Awaitable<void> {
      Gate gate(co_await core::this_coro::executor, 3);
      auto body = [&](core::Scope& scope) -> Awaitable<void> {
        for (int i = 0; i < 10; ++i)
          scope.spawn(pass(gate, i, order, most));
        return scope.join();
      };
      co_await core::with_scope(body);
      CHECK(gate.taken() == 0);
    };
    test::run_loop(task);
    CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(most == 3);
  }

  TEST_CASE("a wait at a gate ends at its deadline") {
    auto why = core::Interruption::cancelled;
    auto task = [&]() -> Awaitable<void> {
      Gate gate(co_await core::this_coro::executor, 1);
      co_await enter_late(gate, why);
    };
    test::run_loop(task);
    CHECK(why == core::Interruption::deadline);
  }

  TEST_CASE("cancelled after any number of steps, a gate has no place taken and nobody waiting") {
    for (std::size_t k = 0; k < 40; ++k) {
      std::vector<int> order;
      std::size_t most = 0;
      auto task = [&]() -> Awaitable<void> {
        Gate gate(co_await core::this_coro::executor, 2);
        auto body = [&](core::Scope& scope) -> Awaitable<void> {
          for (int i = 0; i < 6; ++i)
            scope.spawn(pass(gate, i, order, most));
          return scope.join();
        };
        co_await core::with_scope(body);
        CHECK(gate.taken() == 0);  // and its destructor asserts that nobody waits
      };
      CAPTURE(k);
      const auto run = test::run_and_cancel_after(k, task);
      CHECK(most <= 2);
      CHECK(run.handlers > 0);
    }
  }

  TEST_CASE("a gate that is made wider lets in at once who waits") {
    std::vector<int> order;
    std::size_t most = 0;
    auto task = [&]() -> Awaitable<void> {
      Gate gate(co_await core::this_coro::executor, 1);
      auto body = [&](core::Scope& scope) -> Awaitable<void> {
        for (int i = 0; i < 5; ++i)
          scope.spawn(pass(gate, i, order, most));
        CHECK(order == std::vector<int>{0});
        gate.set_width(4);
        CHECK(gate.taken() == 4);
        return scope.join();
      };
      co_await core::with_scope(body);
      CHECK(gate.taken() == 0);
    };
    test::run_loop(task);
    CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
    CHECK(most == 4);
  }

  TEST_CASE(
      "who steps aside comes back before those who have not been in, and only if it is full") {
    std::vector<int> order;
    std::size_t most = 0;
    auto task = [&]() -> Awaitable<void> {
      Gate gate(co_await core::this_coro::executor, 2);
      auto first = co_await gate.enter();
      auto second = co_await gate.enter();
      REQUIRE(first);
      REQUIRE(second);
      first = co_await gate.step_aside(std::move(*first));
      REQUIRE(first);  // not fuller than it may be: it kept its place
      auto body = [&](core::Scope& scope) -> Awaitable<void> {
        scope.spawn(pass(gate, 7, order, most));
        gate.set_width(1);
        auto aside = [&]() -> Awaitable<void> {
          const auto again = co_await gate.step_aside(std::move(*first));
          REQUIRE(again);
          CHECK(order.empty());
          order.push_back(0);
        };
        scope.spawn(aside());
        CHECK(gate.taken() == 1);
        CHECK(order.empty());
        second = std::unexpected(core::Interruption::cancelled);  // leaves
        co_await scope.join();
      };
      co_await core::with_scope(body);
      CHECK(gate.taken() == 0);
    };
    test::run_loop(task);
    CHECK(order == std::vector<int>{0, 7});
  }

  TEST_CASE("a step aside that is cancelled gives its place up") {
    for (std::size_t k = 0; k < 12; ++k) {
      auto task = [&]() -> Awaitable<void> {
        Gate gate(co_await core::this_coro::executor, 2);
        auto body = [&](core::Scope& scope) -> Awaitable<void> {
          auto hold = [&]() -> Awaitable<void> {
            auto place = co_await gate.enter();
            if (!place) co_return;
            co_await next_turn();
            const auto again = co_await gate.step_aside(std::move(*place));
            co_await next_turn();
          };
          scope.spawn(hold());
          scope.spawn(hold());
          gate.set_width(1);
          co_await scope.join();
        };
        co_await core::with_scope(body);
        CHECK(gate.taken() == 0);  // and its destructor asserts that nobody waits
      };
      CAPTURE(k);
      CHECK(test::run_and_cancel_after(k, task).handlers > 0);
    }
  }
}
