// Making the skeleton: the host's directories, a few levels deep, without their files.
#include "sandbox/skeleton.hpp"

#include "sandbox/top_level.hpp"
#include "support/text.hpp"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

namespace smolfleet::standin {
namespace {

namespace fs = std::filesystem;

/// Levels below a top-level directory. Deeper ones (of /root, say) stay read-only in the guest.
constexpr int deepest = 4;

Sys<void> copy_directory(const fs::path& from, const fs::path& to, int depth) {
  struct stat original{};
  if (::lstat(from.c_str(), &original) != 0) return std::unexpected(errno);
  if (::mkdir(to.c_str(), 0700) != 0) return std::unexpected(errno);
  if (::chmod(to.c_str(), (original.st_mode & 07777) | S_IRWXU) != 0) return std::unexpected(errno);
  if (!is_listable(from)) {
    // The overlay couldn't list it either: the guest sees it empty instead.
    if (::setxattr(to.c_str(), "user.overlay.opaque", "y", 1, 0) != 0)
      return std::unexpected(errno);
    return {};
  }
  if (depth == 0) return {};

  std::error_code error;
  for (fs::directory_iterator at(from, error); !error && at != fs::end(at); at.increment(error)) {
    struct stat entry{};
    if (::lstat(at->path().c_str(), &entry) != 0) continue;  // gone meanwhile
    if (!S_ISDIR(entry.st_mode) || entry.st_dev != original.st_dev) continue;
    // /usr has thousands of directories; programs are installed to /usr/local.
    if (from == "/usr" && at->path().filename() != "local") continue;
    const auto copied = copy_directory(at->path(), to / at->path().filename(), depth - 1);
    if (!copied && copied.error() != ENOENT) return copied;
  }
  if (error) return std::unexpected(error.value());
  return {};
}

Sys<void> copy_host(const fs::path& to) {
  if (::mkdir(to.c_str(), 0755) != 0) return std::unexpected(errno);
  const auto entries = top_level("/");
  if (!entries) return std::unexpected(entries.error());
  for (const auto& entry : *entries) {
    if (entry.kind != TopLevel::Kind::overlaid) continue;
    const auto copied = copy_directory(fs::path("/") / entry.name, to / entry.name, deepest);
    if (!copied) return copied;
  }
  return {};
}

}  // namespace

Result<fs::path> ensure_skeleton(const fs::path& cache) {
  const auto target = cache / "skeleton";
  if (::access(target.c_str(), F_OK) == 0) return target;

  const auto draft = cache / cat("skeleton.", ::getpid());
  auto done = copy_host(draft);
  if (done && ::rename(draft.c_str(), target.c_str()) != 0) done = std::unexpected(errno);
  if (done) return target;

  std::error_code ignored;
  fs::remove_all(draft, ignored);
  // Another process was faster.
  if (done.error() == ENOTEMPTY || done.error() == EEXIST) return target;
  return fail(cat("storage operation failed: ", draft.native(), ": ", os_error(done.error())));
}

}  // namespace smolfleet::standin
