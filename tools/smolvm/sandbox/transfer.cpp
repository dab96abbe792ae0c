// Copying between a descriptor of the host and a path in the guest.
#include "sandbox/transfer.hpp"

#include "sandbox/namespaces.hpp"
#include "support/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

namespace smolfleet::standin {
namespace {

namespace fs = std::filesystem;

Sys<std::uint64_t> copy_bytes(const Fd& from, const Fd& to) {
  std::array<char, 65536> buffer;
  std::uint64_t total = 0;
  while (true) {
    const auto got = read_some(from.get(), buffer.data(), buffer.size());
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return total;
    const auto written = write_all(to.get(), {buffer.data(), *got});
    if (!written) return std::unexpected(written.error());
    total += *got;
  }
}

Result<void> enter_guest(const VmProcess& vm) {
  const auto namespaces = open_namespaces(vm);
  const auto entered = namespaces ? enter_files(*namespaces) : std::unexpected(namespaces.error());
  if (entered) return {};
  return fail(cat("io operation failed: connection closed: ", os_error(entered.error())));
}

/// What the agent refuses before it touches a file.
Result<void> check_guest_path(const fs::path& path) {
  if (!path.is_absolute()) return fail("agent operation failed: file path must be absolute");
  for (const auto& part : path) {
    if (part == "..") return fail("agent operation failed: file path must not contain '..'");
  }
  return {};
}

/// A file that is renamed into place when it is complete, and else removed.
class Staged {
 public:
  Staged(const Fd& directory, std::string name)
      : directory_(directory), name_(std::move(name)), draft_(cat(".", name_, ".", ::getpid())) {}
  Staged(const Staged&) = delete;
  Staged& operator=(const Staged&) = delete;
  ~Staged() {
    if (file_.is_open()) ::unlinkat(directory_.get(), draft_.c_str(), 0);
  }

  Sys<void> open() {
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    file_ = Fd(::openat(directory_.get(), draft_.c_str(), flags, 0600));
    if (!file_.is_open()) return std::unexpected(errno);
    return {};
  }

  Sys<void> set_owner_and_mode(const Upload& what) {
    const auto same = static_cast<std::uint32_t>(-1);
    if (::fchown(file_.get(), what.uid.value_or(same), what.gid.value_or(same)) != 0 ||
        ::fchmod(file_.get(), what.mode) != 0) {
      return std::unexpected(errno);
    }
    return {};
  }

  Sys<void> put_in_place() {
    if (::renameat(directory_.get(), draft_.c_str(), directory_.get(), name_.c_str()) != 0) {
      return std::unexpected(errno);
    }
    file_.reset();
    return {};
  }

  [[nodiscard]] const Fd& file() const { return file_; }

 private:
  const Fd& directory_;
  std::string name_;
  std::string draft_;
  Fd file_;
};

Sys<std::uint64_t> store(const Fd& source, const Upload& what) {
  const fs::path target(what.target);
  ::umask(022);
  std::error_code error;
  fs::create_directories(target.parent_path(), error);
  if (error) return std::unexpected(error.value());
  const auto directory = open_file(target.parent_path(), O_RDONLY | O_DIRECTORY);
  if (!directory) return std::unexpected(directory.error());

  Staged staged(*directory, target.filename());
  if (const auto opened = staged.open(); !opened) return std::unexpected(opened.error());
  auto copied = copy_bytes(source, staged.file());
  if (!copied) return copied;
  auto done = staged.set_owner_and_mode(what);
  if (done) done = staged.put_in_place();
  if (!done) return std::unexpected(done.error());
  return copied;
}

}  // namespace

Result<std::uint64_t> upload(const VmProcess& vm, const Fd& source, const Upload& what) {
  auto allowed = check_guest_path(what.target);
  if (allowed) allowed = enter_guest(vm);
  if (!allowed) return std::unexpected(allowed.error());
  const auto stored = store(source, what);
  if (stored) return *stored;
  return fail(
      cat("agent operation failed: write file: ", what.target, ": ", os_error(stored.error())));
}

Result<std::uint64_t> download(const VmProcess& vm, const std::string& source,
                               const std::string& target) {
  const auto local_failure = [&](int error) {
    return fail(cat("agent operation failed: write local file: ", target, ": ", os_error(error)));
  };
  const auto absolute = fs::absolute(target);
  const auto directory = open_file(absolute.parent_path(), O_RDONLY | O_DIRECTORY);
  if (!directory) return local_failure(directory.error());
  Staged staged(*directory, absolute.filename());
  if (const auto opened = staged.open(); !opened) return local_failure(opened.error());

  auto allowed = check_guest_path(source);
  if (allowed) allowed = enter_guest(vm);
  if (!allowed) return std::unexpected(allowed.error());
  const auto file = open_file(source, O_RDONLY);
  const auto copied =
      file ? copy_bytes(*file, staged.file()) : Sys<std::uint64_t>(std::unexpected(file.error()));
  if (!copied) {
    return fail(cat("agent operation failed: read file: ", source, ": ", os_error(copied.error())));
  }
  auto done = staged.set_owner_and_mode({.target = target});
  if (done) done = staged.put_in_place();
  if (!done) return local_failure(done.error());
  return *copied;
}

}  // namespace smolfleet::standin
