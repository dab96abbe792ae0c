// The page on a loop of the test's own.
#include "smolfleet/metrics/page.hpp"

#include "../support/leftovers.hpp"
#include "../support/loop.hpp"
#include "../support/loopback.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using namespace smolfleet;
using core::Awaitable;
using test::connect_to;
using namespace std::chrono_literals;

namespace {

std::string up() {
  return "up 1\n";
}

const std::string request = "GET /metrics HTTP/1.1\r\n\r\n";

core::UniqueFd visitor_who_says(std::uint16_t port, std::string_view text) {
  auto fd = connect_to(port);
  REQUIRE(fd);
  REQUIRE(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  return fd;
}

/// Reads what the page says, up to its end or a cancellation.
Awaitable<std::string> answer_to(core::UniqueFd visitor) {
  asio::posix::stream_descriptor socket(co_await core::this_coro::executor, visitor.release());
  std::string said;
  std::array<char, 1024> buffer{};
  while (true) {
    const auto [error, count] =
        co_await socket.async_read_some(asio::buffer(buffer), core::as_value);
    said.append(buffer.data(), count);
    if (error) co_return said;
  }
}

/// Serves a page to more visitors than it takes at a time: all but the last say nothing.
struct Afternoon {
  std::string answer;

  Awaitable<void> pass(std::size_t silent) {
    auto listener = metrics::listen_on({.host = "127.0.0.1", .port = 0}).value();
    const auto port = test::port_in(listener.url);
    const auto executor = co_await core::this_coro::executor;
    core::SteadyClock clock;
    metrics::Page page(executor, clock, std::move(listener.fd), up, 20ms);
    core::Scope scope(executor);
    scope.spawn(page.serve());
    std::vector<core::UniqueFd> others;
    for (std::size_t i = 0; i < silent; ++i)
      others.push_back(connect_to(port));
    answer = co_await answer_to(visitor_who_says(port, request));
    scope.cancel();
    co_await scope.join();
  }
};

}  // namespace

TEST_SUITE("metrics") {
  TEST_CASE("whoever stays silent keeps a place for so long, and no longer") {
    Afternoon afternoon;
    test::run_loop([&]() { return afternoon.pass(metrics::most_visitors); });
    CHECK(afternoon.answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(afternoon.answer.ends_with("\r\n\r\nup 1\n"));
  }

  TEST_CASE("cancelled after any number of steps, a page leaves nothing behind") {
    std::size_t in_flight = 0;
    for (std::size_t k = 0;; ++k) {
      CAPTURE(k);
      const auto before = test::open_descriptors();
      Afternoon afternoon;
      const auto run = test::run_and_cancel_after(k, [&]() { return afternoon.pass(2); });
      CHECK(test::open_descriptors() == before);
      if (!run.was_in_flight) {
        CHECK(afternoon.answer.ends_with("up 1\n"));
        break;
      }
      ++in_flight;
    }
    CHECK(in_flight > 5);
  }
}
