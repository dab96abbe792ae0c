// Temporary names and renames.
#include "smolfleet/report/output.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace smolfleet::report {
namespace {

constexpr std::size_t buffer_size = 256 * std::size_t{1024};
constexpr mode_t for_everybody = 0666;  // less what the umask takes

std::error_code last_error() {
  return {errno, std::generic_category()};
}

/// Something that is there and cannot be replaced by a file: /dev/stdout, a FIFO.
bool is_special(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/// Behind links, so that a link stays one.
std::string target_of(const std::string& path) {
  char* resolved = ::realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return path;
  std::string target(resolved);
  std::free(resolved);
  return target;
}

}  // namespace

Output::Output(core::UniqueFd fd, std::string path, std::string temporary)
    : fd_(std::move(fd)), path_(std::move(path)), temporary_(std::move(temporary)) {}

Output::Output(Output&& other) noexcept
    : fd_(std::move(other.fd_)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      buffer_(std::move(other.buffer_)),
      error_(other.error_) {}

Output::~Output() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

std::expected<Output, std::error_code> Output::open(const std::string& path) {
  if (path == "-") {
    core::UniqueFd fd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!fd) return std::unexpected(last_error());
    return Output(std::move(fd), path, {});
  }
  if (is_special(path)) {
    core::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) return std::unexpected(last_error());
    return Output(std::move(fd), path, {});
  }
  const auto target = target_of(path);
  struct stat status{};
  if (::stat(target.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
    return std::unexpected(std::make_error_code(std::errc::is_a_directory));
  auto temporary = target + ".part-" + std::to_string(::getpid());
  core::UniqueFd fd(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, for_everybody));
  if (!fd) return std::unexpected(last_error());
  return Output(std::move(fd), target, std::move(temporary));
}

void Output::write(std::string_view text) {
  buffer_.append(text);
  if (buffer_.size() >= buffer_size) flush();
}

void Output::flush() {
  std::string_view rest = buffer_;
  while (!error_ && !rest.empty()) {
    const auto count = ::write(fd_.get(), rest.data(), rest.size());
    if (count >= 0) rest.remove_prefix(static_cast<std::size_t>(count));
    if (count < 0 && errno != EINTR) error_ = last_error();
  }
  buffer_.clear();
}

std::error_code Output::commit() {
  flush();
  // Some file systems tell only here that the disk was full.
  if (!error_ && ::close(fd_.release()) != 0) error_ = last_error();
  if (error_ || temporary_.empty()) return error_;
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return last_error();
  temporary_.clear();
  return {};
}

}  // namespace smolfleet::report
