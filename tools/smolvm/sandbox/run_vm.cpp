// The VM process: the guest's first process, which prepares the guest and then only reaps.
#include "sandbox/rootfs.hpp"
#include "sandbox/vm.hpp"
#include "support/text.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace smolfleet::standin {
namespace {

Result<void> close_other_descriptors() {
  if (::fcntl(report_fd, F_SETFD, FD_CLOEXEC) == 0 && ::close_range(report_fd + 1, ~0U, 0) == 0) {
    return {};
  }
  return fail(cat("close descriptors: ", os_error(errno)));
}

/// Blocked signals reach even the first process of a PID namespace, which ignores what it doesn't
/// handle.
Result<sigset_t> block_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGCHLD);
  ::sigaddset(&signals, SIGTERM);
  if (::sigprocmask(SIG_BLOCK, &signals, nullptr) == 0) return signals;
  return fail(cat("block signals: ", os_error(errno)));
}

Result<void> become_guest(const BootPlan& plan) {
  ::umask(022);
  constexpr std::size_t longest = 64;
  const auto name = plan.hostname.substr(0, longest);
  if (::sethostname(name.data(), name.size()) != 0) {
    return fail(cat("set the host name: ", os_error(errno)));
  }
  return enter_rootfs(plan);
}

/// From here on exec and cp find the guest; the machine's directory is reached by `directory`,
/// because the host's paths are gone.
Result<void> announce(const Fd& directory) {
  const Fd ready(::openat(directory.get(), "agent.ready", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (ready.is_open()) return {};
  return fail(cat("agent.ready: ", os_error(errno)));
}

Result<sigset_t> boot(const std::string& config) {
  const auto closed = close_other_descriptors();
  if (!closed) return std::unexpected(closed.error());
  auto signals = block_signals();
  const auto text = read_file(config);
  if (!text) return fail(cat(config, ": ", os_error(text.error())));
  const auto plan = decode_boot_plan(*text);
  const auto directory = open_file(plan.directory, O_RDONLY | O_DIRECTORY);
  if (!directory) return fail(cat(plan.directory, ": ", os_error(directory.error())));

  auto done = plan.has_guest ? become_guest(plan) : Result<void>();
  if (done) done = announce(*directory);
  if (!done) return std::unexpected(done.error());
  return signals;
}

/// Guests leave orphans behind, as daemons do; whoever exits here ends the whole guest.
void reap_until_terminated(const sigset_t& signals) {
  while (::sigwaitinfo(&signals, nullptr) != SIGTERM) {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
}

}  // namespace

int run_vm(const std::string& config) {
  const auto booted = boot(config);
  Fd report(report_fd);
  // A start that was killed reads no report; the guest lives all the same.
  const auto written =
      write_all(report.get(), booted ? std::string("ready\n") : cat(booted.error().message, "\n"));
  report.reset();
  if (!booted) return written ? 1 : 2;
  reap_until_terminated(*booted);
  return 0;
}

}  // namespace smolfleet::standin
