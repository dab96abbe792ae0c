// Starting a VM process from the outside.
#include "sandbox/vm.hpp"
#include "support/text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>

namespace smolfleet::standin {
namespace {

/// Root inside is the user outside. Needs no privilege, and is only possible for one uid and one
/// gid.
Sys<void> map_root(uid_t uid, gid_t gid) {
  auto done = write_file("/proc/self/setgroups", "deny");
  if (done) done = write_file("/proc/self/uid_map", cat("0 ", uid, " 1"));
  if (done) done = write_file("/proc/self/gid_map", cat("0 ", gid, " 1"));
  return done;
}

struct Child {
  std::string config;
  int null = -1;
  int report = -1;
  bool keep_output = false;
  bool has_own_users = false;
  uid_t uid = ::geteuid();
  gid_t gid = ::getegid();
};

/// Between clone and exec. dup2 clears O_CLOEXEC, so of all descriptors only 0 to 3 survive.
Sys<void> become_vm(const Child& child) {
  if (child.has_own_users) {
    const auto mapped = map_root(child.uid, child.gid);
    if (!mapped) return mapped;
  }
  // Moved up first: it may be one of the descriptors that are about to be replaced.
  const int report = ::fcntl(child.report, F_DUPFD_CLOEXEC, report_fd + 1);
  if (report < 0 || ::setpgid(0, 0) != 0 || ::dup2(child.null, STDIN_FILENO) < 0) {
    return std::unexpected(errno);
  }
  if (!child.keep_output &&
      (::dup2(child.null, STDOUT_FILENO) < 0 || ::dup2(child.null, STDERR_FILENO) < 0)) {
    return std::unexpected(errno);
  }
  if (::dup2(report, report_fd) < 0) return std::unexpected(errno);
  const std::string verb(boot_verb);
  ::execl("/proc/self/exe", "smolvm", verb.c_str(), child.config.c_str(), nullptr);
  return std::unexpected(errno);
}

/// fork(2) with namespaces: the child is the first process of its PID namespace.
pid_t clone_into(unsigned long namespaces) {
  return static_cast<pid_t>(
      ::syscall(SYS_clone, namespaces | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

unsigned long namespaces_for(const BootPlan& plan) {
  if (!plan.has_guest) return 0;
  constexpr unsigned long always = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS;
  return ::geteuid() == 0 ? always : always | CLONE_NEWUSER;
}

/// What the VM says of its boot, or why it says nothing.
Result<std::string> read_report(const Booting& booting) {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + std::chrono::seconds(30);
  std::string text;
  std::array<char, 512> buffer{};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    pollfd report{.fd = booting.report.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&report, 1, static_cast<int>(std::max<long>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) {
      return fail(start_failed("wait for ready: agent did not become ready within 30 seconds"));
    }
    const auto got = read_some(booting.report.get(), buffer.data(), buffer.size());
    if (!got) return fail(start_failed(cat("wait for ready: ", os_error(got.error()))));
    if (*got == 0) return text;
    text.append(buffer.data(), *got);
    if (text.ends_with('\n')) return text;
  }
}

}  // namespace

Result<Booting> spawn_vm(const BootPlan& plan, bool keep_output) {
  const auto config = (std::filesystem::path(plan.directory) / "boot-config.json").native();
  const auto written = write_file(config, encode(plan));
  auto report = make_pipe();
  const auto null = open_file("/dev/null", O_RDWR);
  if (!written || !report || !null) {
    const int error = !written ? written.error() : !report ? report.error() : null.error();
    return fail(start_failed(cat("spawn: ", os_error(error))));
  }

  const auto namespaces = namespaces_for(plan);
  const Child child{.config = config,
                    .null = null->get(),
                    .report = report->write_end.get(),
                    .keep_output = keep_output,
                    .has_own_users = (namespaces & CLONE_NEWUSER) != 0};
  const pid_t pid = clone_into(namespaces);
  if (pid < 0) {
    return fail(start_failed(
        cat("spawn: the kernel refuses new namespaces: ", os_error(errno),
            "; run as root with CAP_SYS_ADMIN, or allow user namespaces to ordinary users ",
            "(sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone)")));
  }
  if (pid == 0) {
    const auto never = become_vm(child);
    const auto complaint = cat("exec: ", os_error(never.error()), "\n");
    ::_exit(write_all(child.report, complaint) ? 1 : 2);
  }

  const auto process = find_process(pid);
  if (!process) return fail(start_failed("spawn: the boot process ended at once"));
  return Booting{.process = *process, .report = std::move(report->read_end)};
}

Result<void> await_ready(const Booting& booting) {
  auto report = read_report(booting);
  if (report && *report == "ready\n") return {};

  const auto ended = end_process(booting.process);
  int status = 0;
  // It is our child as long as this command runs.
  if (ended && ::waitpid(booting.process.pid, &status, 0) < 0 && errno != ECHILD) {
    return fail(start_failed(cat("reap: ", os_error(errno))));
  }
  if (!report) return std::unexpected(report.error());
  if (report->empty()) *report = "no reason given\n";
  report->pop_back();
  return fail(start_failed(cat("monitor agent: ", *report,
                               " (boot process exited (code 1) before the agent was ready)")));
}

}  // namespace smolfleet::standin
