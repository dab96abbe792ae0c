// Writing beside, then renaming.
#include "smolfleet/metrics/text_file.hpp"

#include "smolfleet/core/last_error.hpp"
#include "smolfleet/core/unique_fd.hpp"
#include "smolfleet/core/write_all.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace smolfleet::metrics {
namespace {

namespace fs = std::filesystem;

/// A new file that all may read whom the umask lets. What stands there can only be the rest of a
/// process of the same number that was killed, or a trap.
std::error_code write_anew(const fs::path& path, std::string_view text) {
  constexpr mode_t readable_by_all = 0644;
  ::unlink(path.c_str());
  const core::UniqueFd fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, readable_by_all));
  return fd ? core::write_all(fd.get(), text) : core::last_error();
}

}  // namespace

TextFile::TextFile(const fs::path& path)
    : path_(path),
      beside_(path.parent_path() /
              fmt::format(".{}.{}.tmp", path.filename().string(), ::getpid())) {}

std::expected<void, std::string> TextFile::check() const {
  std::error_code error;
  const auto status = fs::symlink_status(path_, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    return std::unexpected(
        fmt::format("{} is there and is no regular file, so the metrics cannot replace it: give "
                    "the path of a file, or of a new one",
                    path_.string()));
  }
  error = write_anew(beside_, {});
  ::unlink(beside_.c_str());
  if (!error) return {};
  return std::unexpected(fmt::format(
      "cannot write metrics to {}: {}; its directory must be there and writable, because the file "
      "is replaced as a whole",
      path_.string(), error.message()));
}

std::error_code TextFile::write(std::string_view text) const {
  auto error = write_anew(beside_, text);
  if (!error && ::rename(beside_.c_str(), path_.c_str()) != 0) error = core::last_error();
  if (error) ::unlink(beside_.c_str());
  return error;
}

}  // namespace smolfleet::metrics
