// getrlimit(2), the cgroup's pids, and what the kernel bears.
#include "smolfleet/doctor/limits.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace smolfleet::doctor {

namespace fs = std::filesystem;

namespace {

/// The VMM with a thread per processor (four, contract §1.2) and some for its devices, and the
/// smolvm that drives it, with its own. An estimate, on the high side.
constexpr std::uint64_t threads_per_guest = 16;
/// As many guests as `up` has in flight by default.
constexpr std::uint64_t enough_guests = 64;

/// Threads on this host: the second number of "running/all" in /proc/loadavg (proc(5)).
std::uint64_t threads_in_use(const Host& host) {
  std::ifstream file(host.proc / "loadavg");
  double load = 0;
  std::uint64_t running = 0;
  char slash = 0;
  std::uint64_t all = 0;
  return file >> load >> load >> load >> running >> slash >> all ? all : 0;
}

void add_kernel_limit(std::vector<ProcessLimit>& limits, const Host& host, const std::string& name,
                      std::uint64_t in_use) {
  const auto most = number_in(host.proc / "sys/kernel" / name);
  if (!most) return;
  limits.push_back({.name = "kernel." + name, .left = *most - std::min(*most, in_use)});
}

/// What is in a directory, as far as it can be read: a process may end while it is looked at.
std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error))
    entries.push_back(entry->path());
  return entries;
}

std::string mend_of(const std::string& limit) {
  if (limit == "pids.max") return "raise TasksMax= of the systemd unit, or --pids-limit";
  if (limit == "RLIMIT_NPROC") return "raise ulimit -Hu, or LimitNPROC= of the systemd unit";
  return fmt::format("sudo sysctl -w {}=4194304", limit);
}

}  // namespace

std::uint64_t threads_of(uid_t user, const Host& host) {
  std::uint64_t count = 0;
  for (const auto& process : entries_of(host.proc)) {
    struct stat status{};
    const auto tasks = process / "task";
    if (::stat(tasks.c_str(), &status) == 0 && status.st_uid == user)
      count += entries_of(tasks).size();
  }
  return count;
}

std::vector<ProcessLimit> read_process_limits(const Host& host) {
  std::vector<ProcessLimit> limits;
  rlimit own{};
  const bool is_limited = ::getrlimit(RLIMIT_NPROC, &own) == 0 && own.rlim_cur != RLIM_INFINITY;
  // The kernel does not hold root to it (setrlimit(2)).
  if (is_limited && ::geteuid() != 0)
    limits.push_back({.name = "RLIMIT_NPROC",
                      .left = own.rlim_cur -
                              std::min<std::uint64_t>(own.rlim_cur, threads_of(::getuid(), host))});
  if (const auto left = left_in(cgroups_of(host), "pids"))
    limits.push_back({.name = "pids.max", .left = *left});
  const auto in_use = threads_in_use(host);
  add_kernel_limit(limits, host, "threads-max", in_use);
  add_kernel_limit(limits, host, "pid_max", in_use);
  return limits;
}

Findings judge(const Descriptors& descriptors) {
  const auto until_raised =
      descriptors.soft < descriptors.hard
          ? fmt::format(", once `up` has raised the limit of {}", descriptors.soft)
          : std::string();
  Finding finding{.topic = "descriptors",
                  .text = fmt::format("{} may be open{}: enough for {} guests in flight (--jobs)",
                                      descriptors.hard, until_raised, descriptors.jobs)};
  if (descriptors.jobs < descriptors.default_jobs) {
    finding.level = Level::warning;
    finding.mend = "raise ulimit -Hn, or LimitNOFILE= of the systemd unit";
  }
  return {finding};
}

Findings judge(const std::vector<ProcessLimit>& limits) {
  const auto least = std::ranges::min_element(limits, {}, &ProcessLimit::left);
  if (least == limits.end())
    return {{.topic = "processes", .level = Level::info, .text = "no limit was found"}};
  const auto guests = least->left / threads_per_guest;
  Finding finding{.topic = "processes",
                  .text = fmt::format("{} more processes and threads ({}): about {} guests",
                                      least->left, least->name, guests)};
  if (guests < enough_guests) {
    finding.level = guests == 0 ? Level::problem : Level::warning;
    finding.mend = mend_of(least->name);
  }
  return {finding};
}

}  // namespace smolfleet::doctor
