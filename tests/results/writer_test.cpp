// Lines on their way to a reader that stands still.
#include "smolfleet/results/writer.hpp"

#include "smolfleet/core/unique_fd.hpp"

#include "../support/loop.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

using namespace smolfleet;

namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    CHECK(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    reader = core::UniqueFd(ends[0]);
    writer = core::UniqueFd(ends[1]);
  }
  core::UniqueFd reader;
  core::UniqueFd writer;
};

}  // namespace

TEST_SUITE("results") {
  TEST_CASE("a line that is added waits for nobody, and comes in its turn") {
    Pipe pipe;
    constexpr std::size_t bound = 16;
    const std::string more_than_fits(200'000, 'x');
    std::string read;
    const auto task = [&]() -> core::Awaitable<void> {
      const auto executor = co_await core::this_coro::executor;
      auto stream = core::OwnStream::of_inherited(executor, pipe.writer.get(),
                                                  core::OwnStream::Direction::write);
      results::Writer writer(executor, std::move(stream.value()), bound, [] {});
      co_await writer.write(more_than_fits);
      // The pipe and the queue are full: `write` would wait for ever.
      writer.add("added\n");
      writer.add("last\n");
      CHECK_FALSE(writer.fault());
      const std::size_t wanted = more_than_fits.size() + 11;
      std::array<char, 65'536> piece{};
      while (read.size() < wanted) {
        const auto count = ::read(pipe.reader.get(), piece.data(), piece.size());
        if (count > 0) read.append(piece.data(), static_cast<std::size_t>(count));
        co_await asio::post(executor, core::as_value);
      }
    };
    test::run_loop(task);
    CHECK(read == more_than_fits + "added\nlast\n");
  }
}
