// Opening, locking and appending.
#include "smolfleet/journal/file.hpp"

#include "smolfleet/core/last_error.hpp"
#include "smolfleet/core/write_all.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <tuple>
#include <utility>

namespace smolfleet::journal {
namespace {

using core::UniqueFd;

std::string about(const std::string& path, std::string_view what) {
  return fmt::format("the journal {} {}", path, what);
}

/// Only its owner: results hold what children printed.
constexpr mode_t owner_only = 0600;

std::expected<UniqueFd, std::string> open_locked(const std::string& path) {
  // O_NONBLOCK: a FIFO in the journal's place must not hold us up.
  UniqueFd fd(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, owner_only));
  if (!fd) {
    return std::unexpected(
        about(path, fmt::format("cannot be opened for writing: {}", core::last_error().message())));
  }
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return std::unexpected(
        about(path, "is no regular file: give the path of one, or of a new one"));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return std::unexpected(
        errno == EWOULDBLOCK
            ? about(path, "is in use by another run: wait for its end, or give another file")
            : about(path, fmt::format("cannot be locked: {}", core::last_error().message())));
  }
  return fd;
}

/// Why the journal is not the one for these options.
std::optional<std::string> objection(const OpenOptions& options, const History& history) {
  const auto& run = history.run();
  if (!run || history.empty()) return std::nullopt;
  if (!options.resume) {
    return about(
        options.path,
        fmt::format("is of run {}: go on with it by --resume, or give another file", *run));
  }
  if (options.run_is_given && options.run != *run) {
    return about(options.path,
                 fmt::format("is of run {}, not of {}: leave --run out", *run, options.run));
  }
  return std::nullopt;
}

/// A new file's name is on the disk only when its directory is.
std::error_code sync_directory_of(const std::string& path) {
  auto parent = std::filesystem::path(path).parent_path();
  if (parent.empty()) parent = ".";
  const UniqueFd directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return {};  // one may write where one may not read
  return ::fsync(directory.get()) == 0 || errno == EINVAL ? std::error_code() : core::last_error();
}

/// A file system behind a daemon or a network lets a signal in between.
std::error_code sync(int fd) {
  while (::fdatasync(fd) != 0) {
    if (errno != EINTR) return core::last_error();
  }
  return {};
}

std::error_code begin(int fd, const std::string& path, std::uint64_t good, const Begun& begun) {
  if (::ftruncate(fd, static_cast<off_t>(good)) != 0) return core::last_error();
  const auto error = append_and_sync(fd, to_line(begun)).error;
  return error ? error : sync_directory_of(path);
}

}  // namespace

Source reader_of(int fd) {
  return [fd](std::span<char> buffer) -> std::expected<std::size_t, std::error_code> {
    while (true) {
      const auto count = ::read(fd, buffer.data(), buffer.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return std::unexpected(core::last_error());
    }
  };
}

std::expected<Opened, std::string> open_journal(const OpenOptions& options) {
  auto fd = open_locked(options.path);
  if (!fd) return std::unexpected(std::move(fd).error());
  History history(options.retry_failed);
  const auto good = read_journal(reader_of(fd->get()), history);
  if (!good) {
    return std::unexpected(
        about(options.path,
              fmt::format("is damaged or no journal: {}. Mend it or give another file; nothing was "
                          "started",
                          good.error())));
  }
  if (auto wrong = objection(options, history)) return std::unexpected(std::move(*wrong));
  const bool goes_on = options.resume && !options.run_is_given;
  auto run = goes_on ? history.run().value_or(options.run) : options.run;
  if (const auto error = begin(fd->get(), options.path, *good,
                               Begun{.run = run, .invocation = options.invocation})) {
    return std::unexpected(
        about(options.path, fmt::format("cannot be written: {}", error.message())));
  }
  return Opened{std::move(*fd), std::move(run), std::move(history)};
}

Appended append_and_sync(int fd, std::string_view lines) {
  struct stat before{};
  if (::fstat(fd, &before) != 0) return {.error = core::last_error()};
  auto error = core::write_all(fd, lines);
  if (!error) error = sync(fd);
  // A line cut in its middle would be taken for damage once others have come after it.
  if (!error) return {};
  return {.error = error, .taken_back = ::ftruncate(fd, before.st_size) == 0 && !sync(fd)};
}

}  // namespace smolfleet::journal
