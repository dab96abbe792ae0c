// Opening inherited streams anew.
#include "smolfleet/core/own_stream.hpp"

#include "smolfleet/core/last_error.hpp"
#include "smolfleet/core/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <tuple>
#include <utility>

namespace smolfleet::core {
namespace {

bool is_blocking(int fd) {
  return (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}

/// Opened anew, the other end of a pipe could be had by mistake.
bool allows(int fd, OwnStream::Direction direction) {
  const int mode = ::fcntl(fd, F_GETFL) & O_ACCMODE;
  return mode == O_RDWR || mode == (direction == OwnStream::Direction::read ? O_RDONLY : O_WRONLY);
}

bool is_always_ready(const struct stat& info) {
  return S_ISREG(info.st_mode) || S_ISBLK(info.st_mode);
}

/// The same pipe, FIFO or terminal as an open file of its own; none where the kernel refuses.
UniqueFd opened_anew(int fd, OwnStream::Direction direction, const struct stat& info) {
  if (is_always_ready(info) || S_ISSOCK(info.st_mode)) return {};
  const auto path = "/proc/self/fd/" + std::to_string(fd);
  const int mode = direction == OwnStream::Direction::read ? O_RDONLY : O_WRONLY;
  return UniqueFd(::open(path.c_str(), mode | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
}

std::error_code hand_over(UniqueFd& fd, asio::posix::stream_descriptor& descriptor) {
  std::error_code error;
  descriptor.assign(fd.get(), error);
  if (!error) std::ignore = fd.release();
  return error;
}

}  // namespace

OwnStream::Opened OwnStream::of_inherited(const Executor& executor, int fd, Direction direction) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return std::unexpected(last_error());
  if (S_ISDIR(info.st_mode)) {
    return std::unexpected(std::make_error_code(std::errc::is_a_directory));
  }
  if (!allows(fd, direction)) {
    return std::unexpected(std::make_error_code(std::errc::bad_file_descriptor));
  }
  OwnStream stream(executor);
  UniqueFd own = opened_anew(fd, direction, info);
  if (!own) {
    own = UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!own) return std::unexpected(last_error());
    stream.made_non_blocking_ = !is_always_ready(info) && is_blocking(fd);
  }
  const auto error = hand_over(own, stream.descriptor_);
  if (error) return std::unexpected(error);
  if (!is_always_ready(info)) stream.descriptor_.non_blocking(true);
  return stream;
}

OwnStream::Opened OwnStream::open_to_read(const Executor& executor, const std::string& path) {
  UniqueFd own(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct stat info{};
  if (!own || ::fstat(own.get(), &info) != 0) return std::unexpected(last_error());
  if (S_ISDIR(info.st_mode)) {
    return std::unexpected(std::make_error_code(std::errc::is_a_directory));
  }
  OwnStream stream(executor);
  stream.awaits_writer_ = S_ISFIFO(info.st_mode);
  const auto error = hand_over(own, stream.descriptor_);
  if (error) return std::unexpected(error);
  return stream;
}

OwnStream::OwnStream(OwnStream&& other) noexcept
    : descriptor_(std::move(other.descriptor_)),
      awaits_writer_(other.awaits_writer_),
      made_non_blocking_(std::exchange(other.made_non_blocking_, false)) {}

OwnStream::~OwnStream() {
  if (!made_non_blocking_) return;
  const int fd = descriptor_.native_handle();
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

}  // namespace smolfleet::core
