// The sorting of a base directory's entries.
#include "sandbox/top_level.hpp"

#include "support/ranges.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace smolfleet::standin {
namespace {

namespace fs = std::filesystem;

/// Mounted afresh in every guest, or places for mounts and private to the host.
constexpr std::array<std::string_view, 8> never_overlaid{"proc", "sys", "dev",   "run",
                                                         "tmp",  "mnt", "media", "lost+found"};

}  // namespace

Sys<std::vector<TopLevel>> top_level(const fs::path& base) {
  struct stat root{};
  if (::stat(base.c_str(), &root) != 0) return std::unexpected(errno);

  std::vector<TopLevel> all;
  std::error_code error;
  for (fs::directory_iterator at(base, error); !error && at != fs::end(at); at.increment(error)) {
    const auto name = at->path().filename().native();
    struct stat entry{};
    if (::lstat(at->path().c_str(), &entry) != 0) return std::unexpected(errno);
    if (S_ISLNK(entry.st_mode)) {
      all.push_back({.name = name,
                     .kind = TopLevel::Kind::link,
                     .target = fs::read_symlink(at->path(), error).native()});
    } else if (S_ISDIR(entry.st_mode)) {
      // An overlay doesn't show what is mounted on its layers.
      const bool empty = contains(never_overlaid, name) || entry.st_dev != root.st_dev;
      all.push_back({.name = name,
                     .kind = empty ? TopLevel::Kind::empty : TopLevel::Kind::overlaid,
                     .target = {}});
    }
  }
  if (error) return std::unexpected(error.value());
  return all;
}

bool is_listable(const fs::path& directory) {
  return ::faccessat(AT_FDCWD, directory.c_str(), R_OK | X_OK, AT_EACCESS) == 0;
}

}  // namespace smolfleet::standin
