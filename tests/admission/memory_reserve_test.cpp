// MemoryReserve: nobody gets memory that is not there, and whoever waits gets it first.
#include "smolfleet/admission/memory_reserve.hpp"

#include "smolfleet/core/scope.hpp"

#include "../support/loop.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

using namespace smolfleet;
using admission::Denial;
using admission::HostMemory;
using admission::MemoryReserve;
using core::Awaitable;
using namespace std::chrono_literals;

namespace {

/// A host of 1000 MiB, and what is told of waiting.
struct Host {
  HostMemory memory{.total = 1000, .available = 800};
  int told = 0;

  MemoryReserve reserve(const core::Executor& executor, std::uint64_t size) {
    return {executor, size, [this] { return std::optional(memory); },
            [this](HostMemory, std::uint64_t, std::uint64_t) { ++told; }};
  }
};

}  // namespace

TEST_SUITE("admission") {
  TEST_CASE("guests are admitted as long as what they may claim leaves the reserve") {
    Host host;
    auto task = [&]() -> Awaitable<void> {
      auto reserve = host.reserve(co_await core::this_coro::executor, 100);
      const auto first = co_await reserve.claim(300, core::never);
      CHECK(first.has_value());
      const auto second = co_await reserve.claim(400, core::never);
      CHECK(second.has_value());
      const auto third = co_await reserve.claim(1, std::chrono::steady_clock::now());
      REQUIRE(!third.has_value());
      CHECK(third.error() == Denial::deadline);
    };
    test::run_loop(task);
    CHECK(host.told == 1);
  }

  TEST_CASE("who waits is admitted when another guest gives its memory back") {
    Host host;
    auto task = [&]() -> Awaitable<void> {
      auto reserve = host.reserve(co_await core::this_coro::executor, 0);
      std::optional<MemoryReserve::Claim> first;
      auto claimed = co_await reserve.claim(800, core::never);
      REQUIRE(claimed.has_value());
      first.emplace(std::move(*claimed));
      bool admitted = false;
      auto body = [&](core::Scope& scope) -> Awaitable<void> {
        auto wait = [&]() -> Awaitable<void> {
          const auto second = co_await reserve.claim(500, core::never);
          admitted = second.has_value();
        };
        scope.spawn(wait());
        CHECK_FALSE(admitted);
        first.reset();
        co_await scope.join();
      };
      co_await core::with_scope(body);
      CHECK(admitted);
    };
    test::run_loop(task);
  }

  TEST_CASE("memory that others free is noticed, and a wait is told of once") {
    Host host;
    host.memory.available = 50;
    int looks = 0;
    auto task = [&]() -> Awaitable<void> {
      MemoryReserve reserve(
          co_await core::this_coro::executor, 0,
          [&] {
            if (++looks == 3) host.memory.available = 200;
            return std::optional(host.memory);
          },
          [&](HostMemory, std::uint64_t, std::uint64_t) { ++host.told; });
      const auto claim = co_await reserve.claim(100, core::never);
      CHECK(claim.has_value());
    };
    test::run_loop(task);
    CHECK(looks == 3);
    CHECK(host.told == 1);
  }

  TEST_CASE("what this host never has is refused at once") {
    Host host;
    auto task = [&]() -> Awaitable<void> {
      auto reserve = host.reserve(co_await core::this_coro::executor, 200);
      const auto claim = co_await reserve.claim(801, core::never);
      REQUIRE(!claim.has_value());
      CHECK(claim.error() == Denial::too_large);
    };
    test::run_loop(task);
  }

  TEST_CASE("a wait ends when it is stopped or cancelled") {
    Host host;
    host.memory.available = 0;
    std::vector<Denial> reasons;
    auto task = [&]() -> Awaitable<void> {
      auto reserve = host.reserve(co_await core::this_coro::executor, 0);
      auto body = [&](core::Scope& scope) -> Awaitable<void> {
        auto wait = [&]() -> Awaitable<void> {
          const auto claim = co_await reserve.claim(1, core::never);
          if (!claim) reasons.push_back(claim.error());
        };
        scope.spawn(wait());
        reserve.stop();
        co_await scope.join();
      };
      co_await core::with_scope(body);
      auto other = host.reserve(co_await core::this_coro::executor, 0);
      auto cancelled = [&](core::Scope& scope) -> Awaitable<void> {
        auto wait = [&]() -> Awaitable<void> {
          const auto claim = co_await other.claim(1, core::never);
          if (!claim) reasons.push_back(claim.error());
        };
        scope.spawn(wait());
        scope.cancel();
        co_await scope.join();
      };
      co_await core::with_scope(cancelled);
    };
    test::run_loop(task);
    CHECK(reasons == std::vector{Denial::stopped, Denial::cancelled});
  }

  TEST_CASE("this host's memory can be read") {
    const auto memory = admission::read_host_memory();
    REQUIRE(memory);
    CHECK(memory->total > 0);
    CHECK(memory->available <= memory->total);
  }
}
