// Reading the feed.
#include "smolfleet/fleet/feed.hpp"

#include "smolfleet/core/bell.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <system_error>
#include <utility>

namespace smolfleet::fleet {
namespace {

/// One read(2) into `splitter`: how many bytes came, -1 for an error, which is in errno.
ssize_t read_into(core::LineSplitter& splitter, int fd) {
  std::array<char, 64 * std::size_t{1024}> buffer;  // NOLINT: read() fills what is used
  const auto count = ::read(fd, buffer.data(), buffer.size());
  if (count > 0) splitter.append({buffer.data(), static_cast<std::size_t>(count)});
  return count;
}

/// What is left to read of a regular file; nothing: it is none.
std::optional<std::uint64_t> size_of(int fd) {
  struct stat info{};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  const auto begin = ::lseek(fd, 0, SEEK_CUR);
  if (begin < 0 || begin > info.st_size) return std::nullopt;
  return static_cast<std::uint64_t>(info.st_size - begin);
}

}  // namespace

Feed::Feed(core::OwnStream stream, std::string name)
    : stream_(std::move(stream)),
      name_(std::move(name)),
      splitter_(longest_line),
      size_(size_of(stream_.descriptor().native_handle())),
      await_first_(stream_.awaits_writer()) {}

core::Awaitable<std::expected<std::optional<core::Line>, std::string>> Feed::next() {
  using Next = std::expected<std::optional<core::Line>, std::string>;
  while (true) {
    const bool cancelled = co_await core::cancelled();
    if (stopped_ || cancelled) co_return Next(std::nullopt);
    auto line = take();
    if (line || ended_) co_return Next(std::move(line));
    const auto error = co_await read_chunk();
    if (error) {
      co_return Next(std::unexpect,
                     fmt::format("cannot read the feed from {}: {}", name_, error.message()));
    }
  }
}

std::optional<core::Line> Feed::take() {
  auto line = splitter_.take();
  if (line) ++lines_;
  return line;
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
    read_ += static_cast<std::uint64_t>(count);
    // A regular file and a busy pipe are always ready: let the guests have their turn.
    co_await asio::post(co_await core::this_coro::executor, core::as_value);
  }
  co_return std::error_code();
}

core::Awaitable<void> Feed::readable() {
  using Descriptor = asio::posix::stream_descriptor;
  co_await stream_.descriptor().async_wait(Descriptor::wait_read, core::as_value);
}

std::optional<Feed::Length> Feed::length() const {
  const auto taken = read_ - splitter_.held();
  if (stopped_ || (ended_ && splitter_.held() == 0)) return Length{lines_, true};
  if (!size_ || taken == 0 || lines_ == 0) return std::nullopt;
  const auto whole = static_cast<double>(std::max(*size_, read_)) / static_cast<double>(taken);
  return Length{static_cast<std::uint64_t>(std::llround(static_cast<double>(lines_) * whole)),
                false};
}

void Feed::stop() {
  stopped_ = true;
  stream_.descriptor().cancel();
}

}  // namespace smolfleet::fleet
