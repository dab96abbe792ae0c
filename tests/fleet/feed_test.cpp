// What a feed says of its length while it is read.
#include "smolfleet/fleet/feed.hpp"

#include "smolfleet/core/unique_fd.hpp"

#include "../support/loop.hpp"
#include "../support/program.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

using namespace smolfleet;
using namespace smolfleet::test;
using fleet::Feed;

TEST_SUITE("fleet") {
  TEST_CASE("the length of a regular file is estimated from what was taken, and exact at its end") {
    const TempDir directory;
    std::string lines;
    for (int i = 0; i < 3000; ++i)
      lines += std::string(i < 1500 ? 40 : 80, 'x') + "\n\n";
    const auto path = directory.write("feed", lines);
    run_loop([&]() -> core::Awaitable<void> {
      const auto executor = co_await core::this_coro::executor;
      Feed feed(core::OwnStream::open_to_read(executor, path).value(), "feed");
      CHECK_FALSE(feed.length());
      for (int i = 0; i < 1500; ++i)
        std::ignore = co_await feed.next();
      // So far each line had 42 bytes with its end, and 186,000 are there.
      CHECK(feed.length().value().lines == doctest::Approx(186'000.0 / 42).epsilon(0.01));
      CHECK_FALSE(feed.length().value().is_exact);
      auto line = co_await feed.next();
      while (line && *line)
        line = co_await feed.next();
      CHECK(feed.length().value().lines == 3000);
      CHECK(feed.length().value().is_exact);
    });
  }

  TEST_CASE("nobody can tell how long a pipe will be, until it ends or is stopped") {
    std::array<int, 2> ends{};
    CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const core::UniqueFd reader(ends[0]);
    const core::UniqueFd writer(ends[1]);
    CHECK(::write(writer.get(), "a\nb\n", 4) == 4);
    run_loop([&]() -> core::Awaitable<void> {
      const auto executor = co_await core::this_coro::executor;
      auto stream =
          core::OwnStream::of_inherited(executor, reader.get(), core::OwnStream::Direction::read);
      Feed feed(std::move(*stream), "stdin");
      std::ignore = co_await feed.next();
      CHECK_FALSE(feed.length());
      feed.stop();
      CHECK(feed.length().value().lines == 1);
      CHECK(feed.length().value().is_exact);
    });
  }
}
