// open(2), fstat(2), read(2).
#include "ca/source_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace smolfleet::ca {

namespace {

/// The kernel's clock for files goes on in ticks, of 10 ms at most; two writes within one have the
/// same time. File systems with coarser times are none that a proxy keeps its CA on.
constexpr std::chrono::milliseconds longest_tick(20);

std::string unreadable(int error) {
  return fmt::format("cannot be read: {}", std::generic_category().message(error));
}

FileIdentity identity_of(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = status.st_size,
          .modified_seconds = status.st_mtim.tv_sec,
          .modified_nanoseconds = status.st_mtim.tv_nsec};
}

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace

std::expected<SourceFile, std::string> SourceFile::open(const std::filesystem::path& path) {
  // Not to wait for a FIFO's writer, and not to get a controlling terminal.
  constexpr int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  core::UniqueFd fd(::open(path.c_str(), flags));
  if (!fd) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR) return std::unexpected("does not exist");
    if (error == ENXIO) return std::unexpected("is no regular file");  // a socket, or no device
    return std::unexpected(unreadable(error));
  }
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return std::unexpected(unreadable(errno));
  if (!S_ISREG(status.st_mode))
    return std::unexpected(fmt::format("is no regular file but {}", kind_of(status.st_mode)));
  return SourceFile(std::move(fd), identity_of(status));
}

SourceFile::SourceFile(core::UniqueFd fd, FileIdentity identity)
    : fd_(std::move(fd)), identity_(identity) {}

std::expected<std::string, std::string> SourceFile::read(std::size_t limit) const {
  // One byte more than it has, so that the end shows without another round.
  const auto expected = static_cast<std::size_t>(identity_.size) + 1;
  std::string bytes(std::min(limit, expected), '\0');
  std::size_t filled = 0;
  while (filled < limit) {
    if (filled == bytes.size()) bytes.resize(std::min(limit, 2 * bytes.size()));  // it has grown
    const auto count = ::pread(fd_.get(), bytes.data() + filled, bytes.size() - filled,
                               static_cast<off_t>(filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(unreadable(errno));
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

bool SourceFile::is_settled() const {
  struct stat status{};
  if (::fstat(fd_.get(), &status) != 0 || identity_of(status) != identity_) return false;
  const auto modified = std::chrono::seconds(identity_.modified_seconds) +
                        std::chrono::nanoseconds(identity_.modified_nanoseconds);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return now - modified > longest_tick;
}

}  // namespace smolfleet::ca
