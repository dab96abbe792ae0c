// Turns by name: one at a time for each, and nothing is remembered of a name that is not in use.
#include "smolfleet/fleet/name_turns.hpp"

#include "smolfleet/core/scope.hpp"

#include "../support/loop.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace smolfleet;
using core::Awaitable;
using fleet::NameTurns;

namespace {

Awaitable<void> next_turn() {
  co_await asio::post(co_await core::this_coro::executor, core::as_value);
}

/// Notes "+name" when it has its turn and "-name" when it gives it back.
Awaitable<void> pass(NameTurns& turns, std::string name, std::vector<std::string>& log) {
  const auto turn = co_await turns.enter(name);
  if (!turn) {
    log.push_back("!" + name);
    co_return;
  }
  log.push_back("+" + name);
  co_await next_turn();
  log.push_back("-" + name);
}

}  // namespace

TEST_SUITE("fleet") {
  TEST_CASE("tasks of one name take turns in order, those of another do not wait") {
    std::vector<std::string> log;
    auto task = [&]() -> Awaitable<void> {
      NameTurns turns(co_await core::this_coro::executor);
      auto body = [&](core::Scope& scope) -> Awaitable<void> {
        for (const auto* name : {"a", "a", "b"})
          scope.spawn(pass(turns, name, log));
        CHECK(turns.names() == std::vector<std::string>{"a", "b"});
        return scope.join();
      };
      co_await core::with_scope(body);
      CHECK(turns.names().empty());
    };
    test::run_loop(task);
    CHECK(log == std::vector<std::string>{"+a", "+b", "-a", "-b", "+a", "-a"});
  }

  TEST_CASE("who is cancelled while waiting gets no turn and leaves nothing behind") {
    std::vector<std::string> log;
    auto task = [&]() -> Awaitable<void> {
      NameTurns turns(co_await core::this_coro::executor);
      {
        const auto holder = co_await turns.enter("a");
        CHECK(holder.has_value());
        auto body = [&](core::Scope& scope) -> Awaitable<void> {
          scope.spawn(pass(turns, "a", log));
          scope.cancel();
          return scope.join();
        };
        co_await core::with_scope(body);
        CHECK(turns.names() == std::vector<std::string>{"a"});
      }
      CHECK(turns.names().empty());
    };
    test::run_loop(task);
    CHECK(log == std::vector<std::string>{"!a"});
  }
}
