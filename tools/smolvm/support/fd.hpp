// File descriptors with an owner, and the few loops around read(2) and write(2).
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace smolfleet::standin {

/// Owns one descriptor, or none.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

/// A value, or the errno of the call that failed.
template <typename T>
using Sys = std::expected<T, int>;

/// open(2) with O_CLOEXEC. `mode` counts for O_CREAT only.
[[nodiscard]] Sys<Fd> open_file(const std::string& path, int flags, unsigned mode = 0644);

struct Pipe {
  Fd read_end;
  Fd write_end;
};
/// A pipe, both ends O_CLOEXEC.
[[nodiscard]] Sys<Pipe> make_pipe();

/// Writes all of it, whatever it takes.
[[nodiscard]] Sys<void> write_all(int fd, std::string_view bytes);
/// The next bytes; 0 at the end of the file.
[[nodiscard]] Sys<std::size_t> read_some(int fd, char* buffer, std::size_t size);
/// Everything up to the end of the file.
[[nodiscard]] Sys<std::string> read_all(int fd);
[[nodiscard]] Sys<std::string> read_file(const std::string& path);
/// Replaces the file's content (not atomic).
[[nodiscard]] Sys<void> write_file(const std::string& path, std::string_view bytes);

}  // namespace smolfleet::standin
