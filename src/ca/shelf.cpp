// Everything is made with O_EXCL or its like: whatever is there already is not ours.
#include "ca/shelf.hpp"

#include "smolfleet/core/digest.hpp"
#include "smolfleet/core/text.hpp"
#include "smolfleet/core/unique_fd.hpp"
#include "smolfleet/core/write_all.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

namespace smolfleet::ca {

namespace {

namespace fs = std::filesystem;

std::unexpected<std::string> cannot(std::string_view what, const fs::path& path, int error) {
  return std::unexpected(fmt::format("cannot {} {}: {}", what,
                                     core::printable(path.native(), std::string::npos),
                                     std::generic_category().message(error)));
}

/// Returns errno, or 0. What it leaves behind in an error is for the caller to remove.
int make_file(const fs::path& path, std::string_view bytes) {
  constexpr mode_t mode = 0644;
  core::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd) return errno;
  if (::fchmod(fd.get(), mode) != 0) return errno;  // whatever the umask took
  if (const auto error = core::write_all(fd.get(), bytes)) return error.value();
  // Some file systems say only here that there was no room.
  return ::close(fd.release()) == 0 ? 0 : errno;
}

}  // namespace

std::expected<std::unique_ptr<Shelf>, std::string> Shelf::create(const fs::path& parent) {
  std::error_code error;
  const auto place = fs::absolute(parent, error);
  if (error) return cannot("find the directory", parent, error.value());
  if (place.native().contains(':'))
    return std::unexpected(
        fmt::format("the directory for temporary files, {}, must not have ':' in its path, for "
                    "smolvm takes what "
                    "stands before it for a machine's name; set TMPDIR to another one",
                    core::printable(place.native(), std::string::npos)));
  auto name = (place / "smolfleet-XXXXXX").native();
  if (::mkdtemp(name.data()) == nullptr) {
    auto fault = cannot("make a private directory in", place, errno);
    return std::unexpected(fault.error() + "; set TMPDIR to a directory that can be written");
  }
  return std::unique_ptr<Shelf>(new Shelf(std::move(name), true));
}

std::unique_ptr<Shelf> Shelf::imagine(fs::path directory) {
  return std::unique_ptr<Shelf>(new Shelf(std::move(directory), false));
}

Shelf::Shelf(fs::path directory, bool is_real)
    : directory_(std::move(directory)), is_real_(is_real) {}

Shelf::~Shelf() {
  if (!is_real_) return;
  std::error_code ignored;  // nobody is left to be told
  fs::remove_all(directory_, ignored);
}

std::expected<Held, std::string> Shelf::file_with(std::string_view bytes) {
  auto name = core::sha256_hex(bytes) + ".crt";
  if (!is_real_) return std::make_shared<const fs::path>(directory_ / name);
  if (const auto known = index_->find(name); known != index_->end()) {
    if (auto held = known->second.lock()) return held;
  }
  const auto path = directory_ / name;
  if (const int error = make_file(path, bytes); error != 0) {
    ::unlink(path.c_str());
    return cannot("write", path, error);
  }
  const auto forget = [index = std::weak_ptr(index_), name](const fs::path* file) {
    ::unlink(file->c_str());
    if (const auto rest = index.lock()) rest->erase(name);
    delete file;
  };
  const Held held(new fs::path(path), forget);
  index_->emplace(std::move(name), held);
  return held;
}

std::expected<Held, std::string> Shelf::link_to(const fs::path& target) {
  const auto path = directory_ / fmt::format("link-{}", ++links_);
  if (!is_real_ && target.native().size() >= PATH_MAX)
    return cannot("make the link", path, ENAMETOOLONG);
  if (!is_real_) return std::make_shared<const fs::path>(path);
  if (::symlink(target.c_str(), path.c_str()) != 0) return cannot("make the link", path, errno);
  const auto remove = [](const fs::path* link) {
    ::unlink(link->c_str());
    delete link;
  };
  return Held(new fs::path(path), remove);
}

}  // namespace smolfleet::ca
