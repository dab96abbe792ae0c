// The two ends of the pipe: streams that others gave us, without changing them for the others.
#pragma once

#include "smolfleet/core/asio.hpp"

#include <expected>
#include <string>
#include <system_error>

namespace smolfleet::core {

/// A descriptor of our own for an inherited stream or a file, which does not block where its kind
/// can block for long. The flag O_NONBLOCK belongs to the open file, which a shell or a scheduler
/// shares with us: pipes, FIFOs and terminals are therefore opened anew through /proc/self/fd, and
/// only where that fails (sockets, foreign pipes) the shared flag is set and put back at the end.
/// Regular files stay blocking: no Linux file system reports them as not ready.
class OwnStream {
 public:
  enum class Direction { read, write };
  using Opened = std::expected<OwnStream, std::error_code>;

  /// `fd` stays open. Error: EBADF when it is closed or open for the other
  /// direction, EISDIR for a directory.
  [[nodiscard]] static Opened of_inherited(const Executor& executor, int fd, Direction direction);

  /// Opens a file, a FIFO or a device for reading; a FIFO without a writer does not hold us up.
  [[nodiscard]] static Opened open_to_read(const Executor& executor, const std::string& path);

  OwnStream(OwnStream&& other) noexcept;
  OwnStream& operator=(OwnStream&&) = delete;
  OwnStream(const OwnStream&) = delete;
  OwnStream& operator=(const OwnStream&) = delete;
  ~OwnStream();

  asio::posix::stream_descriptor& descriptor() { return descriptor_; }

  /// Whether nobody may have opened the other end yet: until then a read would look like the end.
  [[nodiscard]] bool awaits_writer() const { return awaits_writer_; }

 private:
  explicit OwnStream(const Executor& executor) : descriptor_(executor) {}

  asio::posix::stream_descriptor descriptor_;
  bool awaits_writer_ = false;
  bool made_non_blocking_ = false;  ///< by us, for all who share it: to be undone at the end
};

}  // namespace smolfleet::core
