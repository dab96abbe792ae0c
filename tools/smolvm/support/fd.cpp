// The loops around open(2), read(2) and write(2).
#include "support/fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace smolfleet::standin {

void Fd::reset() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Sys<Fd> open_file(const std::string& path, int flags, unsigned mode) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) return std::unexpected(errno);
  return Fd(fd);
}

Sys<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(errno);
  return Pipe{.read_end = Fd(ends[0]), .write_end = Fd(ends[1])};
}

Sys<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return std::unexpected(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Sys<std::size_t> read_some(int fd, char* buffer, std::size_t size) {
  while (true) {
    const ssize_t got = ::read(fd, buffer, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return std::unexpected(errno);
  }
}

Sys<std::string> read_all(int fd) {
  std::string bytes;
  std::array<char, 16384> buffer{};
  while (true) {
    const auto got = read_some(fd, buffer.data(), buffer.size());
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return bytes;
    bytes.append(buffer.data(), *got);
  }
}

Sys<std::string> read_file(const std::string& path) {
  const auto file = open_file(path, O_RDONLY);
  if (!file) return std::unexpected(file.error());
  return read_all(file->get());
}

Sys<void> write_file(const std::string& path, std::string_view bytes) {
  const auto file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return std::unexpected(file.error());
  return write_all(file->get(), bytes);
}

}  // namespace smolfleet::standin
