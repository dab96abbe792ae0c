// Spawning, signalling and reaping one child: the system calls and nothing else.
#include "smolfleet/process/child.hpp"

#include "process/spawn.hpp"
#include "process/spawn_failure.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <csignal>
#include <utility>

namespace smolfleet::process {
namespace {

using core::UniqueFd;

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

std::expected<Pipe, int> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(errno);
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// glibc 2.36 declares pidfd_open without C linkage; the call itself has no such trouble.
int open_pidfd(pid_t pid) {
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

/// The read end is ours alone; the child's end stays as programs expect it, blocking.
bool make_non_blocking(const Pipe& pipe) {
  return ::fcntl(pipe.read.get(), F_SETFL, O_RDONLY | O_NONBLOCK) == 0;
}

}  // namespace

Child::~Child() {
  if (pid_ > 0) kill_and_reap();
}

void Child::kill_and_reap() {
  signal_group(SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

std::expected<ChildFds, NotSpawned> Child::spawn(const Command& command) {
  assert(pid_ < 0 && !command.argv.empty());
  const auto failed = [&](int error) {
    return std::unexpected(spawn_failure(error, command.argv.front()));
  };
  // What can fail is done before there is a child.
  auto out = make_pipe();
  if (!out) return failed(out.error());
  auto err = make_pipe();
  if (!err) return failed(err.error());
  if (!make_non_blocking(*out) || !make_non_blocking(*err)) return failed(errno);
  pid_t pid = -1;
  const int error = spawn_process(command, out->write.get(), err->write.get(), pid);
  if (error != 0) return failed(error);
  pid_ = pid;
  // Safe against the number being used again: nobody else reaps our children.
  UniqueFd pidfd(open_pidfd(pid));
  if (pidfd) return ChildFds{std::move(out->read), std::move(err->read), std::move(pidfd)};
  const int fault = errno;
  kill_and_reap();
  return std::unexpected(watch_failure(fault, command.argv.front()));
}

void Child::signal_group(int signal) {
  if (pid_ <= 0) return;
  ::kill(-pid_, signal);
  // A program may have gone into another group.
  if (::getpgid(pid_) != pid_) ::kill(pid_, signal);
}

bool Child::has_ended() const {
  siginfo_t info{};
  const auto which = static_cast<id_t>(pid_);
  return pid_ > 0 && ::waitid(P_PID, which, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid_;
}

std::optional<ExitStatus> Child::try_reap() {
  assert(pid_ > 0);
  // ECHILD cannot happen: `main` sets SIGCHLD to its default, and nobody else reaps.
  siginfo_t info{};
  const auto which = static_cast<id_t>(pid_);
  if (::waitid(P_PID, which, &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0) {
    return std::nullopt;
  }
  pid_ = -1;
  return ExitStatus{.by_signal = info.si_code != CLD_EXITED, .value = info.si_status};
}

}  // namespace smolfleet::process
