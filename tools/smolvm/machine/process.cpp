// Looking at and ending VM processes, through /proc and pidfds.
#include "machine/process.hpp"

#include "support/text.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>

namespace smolfleet::standin {
namespace {

using std::chrono::milliseconds;

// glibc 2.36 declares its pidfd calls without extern "C".
bool send_signal(const Fd& pidfd, int signal) {
  return ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) == 0;
}

}  // namespace

std::optional<VmProcess> find_process(pid_t pid) {
  const auto stat = read_file(cat("/proc/", pid, "/stat"));
  if (!stat) return std::nullopt;
  // The command's name may contain anything; the fields are counted from its closing parenthesis.
  std::istringstream fields(stat->substr(stat->rfind(')') + 1));
  char state = 0;
  fields >> state;
  if (state == 'Z' || state == 'X') return std::nullopt;
  std::string skipped;
  for (int field = 4; field < 22; ++field)
    fields >> skipped;
  VmProcess process{.pid = pid};
  if (!(fields >> process.started)) return std::nullopt;
  return process;
}

std::string encode(const VmProcess& process) {
  return cat(process.pid, "\n", process.started, "\n");
}

std::optional<VmProcess> decode_process(const std::string& text) {
  std::istringstream fields(text);
  VmProcess process;
  if (!(fields >> process.pid >> process.started) || process.pid <= 0) return std::nullopt;
  return process;
}

Sys<Fd> open_pidfd(const VmProcess& process) {
  Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
  if (!pidfd.is_open()) return std::unexpected(errno);
  // Now the pid can't be reused unseen: what it names is what the pidfd names.
  const auto found = find_process(process.pid);
  if (!found || found->started != process.started) return std::unexpected(ESRCH);
  return pidfd;
}

bool wait_for_end(const Fd& pidfd, milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd ended{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&ended, 1, static_cast<int>(std::max(left, milliseconds(0)).count()));
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

Result<void> end_process(const VmProcess& process) {
  const auto pidfd = open_pidfd(process);
  if (!pidfd) {
    if (pidfd.error() == ESRCH) return {};
    return fail(cat("agent operation failed: stop vm process: ", os_error(pidfd.error())));
  }
  if (send_signal(*pidfd, SIGTERM) && wait_for_end(*pidfd, milliseconds(2000))) return {};
  if (send_signal(*pidfd, SIGKILL) && wait_for_end(*pidfd, milliseconds(3000))) return {};
  if (!find_process(process.pid)) return {};
  return fail(cat("agent operation failed: stop vm process: process ", process.pid,
                  " still alive after SIGTERM+SIGKILL"));
}

}  // namespace smolfleet::standin
