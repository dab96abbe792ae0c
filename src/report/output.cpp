// Where a file is written, and when it gets its name.
#include "smolfleet/report/output.hpp"

#include "smolfleet/core/last_error.hpp"
#include "smolfleet/core/write_all.hpp"

#include "report/unfinished.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

namespace smolfleet::report {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t buffer_size = 256 * std::size_t{1024};

/// Something that is there and cannot be replaced by a file: /dev/stdout, a FIFO.
bool is_special(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/// Written as it is.
std::expected<core::UniqueFd, std::error_code> open_as_it_is(const std::string& path) {
  core::UniqueFd fd(path == "-" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                                : ::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return std::unexpected(core::last_error());
  return fd;
}

}  // namespace

std::string destination(const std::string& path) {
  constexpr int most_links = 40;  // as the kernel follows
  std::error_code error;
  auto target = fs::absolute(path, error);
  // The last link may lead to a file that is not there, which weakly_canonical() does not follow.
  for (int links = 0; links < most_links && fs::is_symlink(target, error); ++links)
    target = target.parent_path() / fs::read_symlink(target, error);
  const auto resolved = fs::weakly_canonical(target, error);
  return error || resolved.empty() ? path : resolved.native();
}

Output::Output(core::UniqueFd fd, std::unique_ptr<Unfinished> file)
    : fd_(std::move(fd)), file_(std::move(file)) {}

Output::Output(Output&& other) noexcept = default;
Output::~Output() = default;

std::expected<Output, std::error_code> Output::open(const std::string& path) {
  if (path == "-" || is_special(path)) {
    auto fd = open_as_it_is(path);
    if (!fd) return std::unexpected(fd.error());
    return Output(std::move(*fd), nullptr);
  }
  const auto target = destination(path);
  std::error_code ignored;
  if (fs::is_directory(target, ignored))
    return std::unexpected(std::make_error_code(std::errc::is_a_directory));
  auto file = Unfinished::beside(target);
  if (!file) return std::unexpected(file.error());
  auto fd = (*file)->take_descriptor();
  return Output(std::move(fd), std::move(*file));
}

void Output::write(std::string_view text) {
  buffer_.append(text);
  if (buffer_.size() >= buffer_size) flush();
}

void Output::flush() {
  if (!error_) error_ = core::write_all(fd_.get(), buffer_);
  buffer_.clear();
}

std::error_code Output::finish() {
  flush();
  // Some file systems tell only here that the disk was full.
  if (fd_ && ::close(fd_.release()) != 0 && !error_) error_ = core::last_error();
  return error_;
}

std::error_code Output::commit() {
  const auto error = finish();
  if (error || !file_) return error;
  return file_->replace_target();
}

}  // namespace smolfleet::report
