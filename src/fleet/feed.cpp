// Reading the feed.
#include "smolfleet/fleet/feed.hpp"

#include "smolfleet/core/bell.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace smolfleet::fleet {
namespace {

/// One read(2) into `splitter`: how many bytes came, -1 for an error, which is in errno.
ssize_t read_into(LineSplitter& splitter, int fd) {
  std::array<char, 64 * std::size_t{1024}> buffer;  // NOLINT: read() fills what is used
  const auto count = ::read(fd, buffer.data(), buffer.size());
  if (count > 0) splitter.append({buffer.data(), static_cast<std::size_t>(count)});
  return count;
}

}  // namespace

Feed::Feed(core::OwnStream stream, std::string name)
    : stream_(std::move(stream)),
      name_(std::move(name)),
      splitter_(longest_line),
      await_first_(stream_.awaits_writer()) {}

core::Awaitable<std::expected<std::optional<Line>, std::string>> Feed::next() {
  using Next = std::expected<std::optional<Line>, std::string>;
  while (true) {
    const bool cancelled = co_await core::cancelled();
    if (stopped_ || cancelled) co_return Next(std::nullopt);
    auto line = splitter_.take();
    if (line || ended_) co_return Next(std::move(line));
    const auto error = co_await read_chunk();
    if (error) {
      co_return Next(std::unexpect,
                     fmt::format("cannot read the feed from {}: {}", name_, error.message()));
    }
  }
}

core::Awaitable<std::error_code> Feed::read_chunk() {
  if (std::exchange(await_first_, false)) co_await readable();
  if (stopped_) co_return std::error_code();
  const auto count = read_into(splitter_, stream_.descriptor().native_handle());
  const int error = errno;
  if (count < 0 && error == EAGAIN) {
    co_await readable();
  } else if (count < 0 && error != EINTR) {
    co_return std::error_code(error, std::generic_category());
  } else if (count == 0) {
    ended_ = true;
    splitter_.finish();
  } else {
    // A regular file and a busy pipe are always ready: let the guests have their turn.
    co_await asio::post(co_await core::this_coro::executor, core::as_value);
  }
  co_return std::error_code();
}

core::Awaitable<void> Feed::readable() {
  using Descriptor = asio::posix::stream_descriptor;
  co_await stream_.descriptor().async_wait(Descriptor::wait_read, core::as_value);
}

void Feed::stop() {
  stopped_ = true;
  stream_.descriptor().cancel();
}

}  // namespace smolfleet::fleet
