// Descriptors, signals, limits, PATH and the run id.
#include "smolfleet/cli/host_setup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <sstream>
#include <string_view>

namespace smolfleet::cli {
namespace {

bool is_closed(int fd) {
  return ::fcntl(fd, F_GETFD) < 0;
}

bool is_program(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

std::expected<std::string, std::string> check_program(const std::string& program) {
  std::error_code error;
  const auto path = std::filesystem::absolute(program, error);
  if (!error && is_program(path)) return path.string();
  return std::unexpected(fmt::format(
      "{} is no program that this user may run: give the path of smolvm with --smolvm", program));
}

}  // namespace

ClosedStreams prepare_process() {
  const ClosedStreams closed{.in = is_closed(STDIN_FILENO), .out = is_closed(STDOUT_FILENO)};
  // Otherwise one of our own descriptors would become stdin, stdout or stderr.
  int fd = 0;
  while (fd >= 0 && fd <= STDERR_FILENO)
    fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (fd > STDERR_FILENO) ::close(fd);
  // Before Linux 5.11 they stay as they are.
  ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk
  std::signal(SIGCHLD, SIG_DFL);
  return closed;
}

std::expected<std::string, std::string> find_program(const std::string& program) {
  if (program.find('/') != std::string::npos) return check_program(program);
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const auto candidate = std::filesystem::path(folder.empty() ? "." : folder) / program;
    if (is_program(candidate)) return std::filesystem::absolute(candidate).string();
  }
  return std::unexpected(
      fmt::format("{} was not found on PATH: install it, or give its path with --smolvm", program));
}

std::optional<rlimit> raise_descriptor_limit() {
  rlimit before{};
  if (::getrlimit(RLIMIT_NOFILE, &before) != 0) return std::nullopt;
  const rlimit raised{.rlim_cur = before.rlim_max, .rlim_max = before.rlim_max};
  const bool is_as_it_was =
      before.rlim_cur == before.rlim_max || ::setrlimit(RLIMIT_NOFILE, &raised) != 0;
  return is_as_it_was ? std::nullopt : std::optional(before);
}

std::size_t descriptor_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

std::size_t descriptors_in_use() {
  std::error_code error;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end;
       !error && entry != end; entry.increment(error)) {
    ++count;
  }
  return count;
}

std::size_t jobs_that_fit(std::size_t descriptors) {
  // The loop, the streams, and a spawn under way with both ends of its pipes.
  constexpr std::size_t own = 24;
  // Two pipes and a pidfd; one child per guest at a time.
  constexpr std::size_t per_guest = 3;
  if (descriptors <= own + per_guest) return 1;
  return (descriptors - own) / per_guest;
}

bool shows_colours(int fd) {
  const char* const refused = std::getenv("NO_COLOR");
  if (refused != nullptr && *refused != 0) return false;
  const char* const terminal = std::getenv("TERM");
  return ::isatty(fd) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::string fresh_run_id() {
  constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  constexpr std::size_t time_digits = 10;
  constexpr std::size_t chance_digits = 16;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  auto time = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  std::string id(time_digits, '0');
  for (auto digit = id.rbegin(); digit != id.rend(); ++digit, time /= 32) {
    *digit = alphabet[time % 32];
  }
  std::random_device chance;
  std::generate_n(std::back_inserter(id), chance_digits, [&] { return alphabet[chance() % 32]; });
  return id;
}

}  // namespace smolfleet::cli
