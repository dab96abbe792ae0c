// Reaping beside the runner, without taking an exit status away from it.
#include "smolfleet/process/orphans.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <system_error>

namespace smolfleet::process {
namespace {

bool adopts_orphans() {
  int subreaper = 0;
  return ::getpid() == 1 || (::prctl(PR_GET_CHILD_SUBREAPER, &subreaper) == 0 && subreaper != 0);
}

/// A child that has ended and waits to be reaped; 0: there is none.
pid_t first_zombie() {
  siginfo_t info{};
  const int found = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
  return found == 0 ? info.si_pid : 0;
}

}  // namespace

Orphans::Orphans(const core::Executor& executor, const Runner& runner)
    : runner_(runner), signals_(executor) {}

void Orphans::listen() {
  if (!adopts_orphans()) return;
  signals_.add(SIGCHLD);
  await_signal();
  reap();
}

void Orphans::stop() {
  over_ = true;
  signals_.cancel();
}

void Orphans::await_signal() {
  signals_.async_wait([this](std::error_code error, int) {
    // A signal that came before `stop` may be delivered after it.
    if (error || over_) return;
    await_signal();
    reap();
  });
}

void Orphans::reap() {
  for (auto pid = first_zombie(); pid > 0; pid = first_zombie()) {
    // The runner has been told of its own by their pidfds and reaps them in this round of the loop
    // or the next; until then they hide the others behind them.
    if (runner_.is_child(pid)) return asio::post(signals_.get_executor(), [this] { reap(); });
    ::waitpid(pid, nullptr, WNOHANG);
  }
}

}  // namespace smolfleet::process
