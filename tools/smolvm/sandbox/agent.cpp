// Watching a command's pidfd and the client's socket at the same time.
#include "sandbox/agent.hpp"

#include "sandbox/execute.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace smolfleet::standin {
namespace {

using std::chrono::steady_clock;

class Agent {
 public:
  Agent(const GuestCommand& command, AgentEnds ends)
      : command_(command),
        ends_(std::move(ends)),
        whole_group_(command.delivery != Delivery::live) {}

  int run() {
    if (!start()) return 1;
    if (command_.delivery == Delivery::detached) {
      tell({.kind = Report::Kind::started, .value = child_});
      return 0;
    }
    switch (watch()) {
      case Event::ended:
        tell(exit_report());
        break;
      case Event::expired:
        end_command();
        tell({.kind = Report::Kind::timed_out});
        break;
      case Event::abandoned:
        end_command();
        return 0;
    }
    // Members of the group may still hold the output, and the client may still die of waiting for
    // them. The command stays unreaped meanwhile, so that its group's number isn't given to others.
    if (!client_is_satisfied()) end_command();
    return 0;
  }

 private:
  enum class Event { ended, expired, abandoned };

  bool start() {
    auto executed = make_pipe();
    child_ = executed ? ::fork() : -1;
    if (child_ == 0) execute(command_, ends_);
    if (child_ < 0) {
      tell({.kind = Report::Kind::no_command, .value = executed ? errno : executed.error()});
      return false;
    }
    // The pipe ends by O_CLOEXEC: then the command leads a group, and if it can't be executed its
    // report is on the way, before any of ours.
    executed->write_end.reset();
    char nothing = 0;
    static_cast<void>(read_some(executed->read_end.get(), &nothing, 1));
    // Only the command shall hold the output's other ends.
    ends_.in.reset();
    ends_.out.reset();
    ends_.err.reset();
    pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, child_, 0)));
    return pidfd_.is_open();
  }

  /// A client that has gone needs no report.
  void tell(const Report& report) {
    static_cast<void>(::send(ends_.channel.get(), &report, sizeof report, MSG_NOSIGNAL));
  }

  Event watch() {
    const auto deadline = steady_clock::now() + command_.timeout.value_or(std::chrono::hours(0));
    while (true) {
      std::array fds{pollfd{.fd = pidfd_.get(), .events = POLLIN, .revents = 0},
                     pollfd{.fd = ends_.channel.get(), .events = POLLIN, .revents = 0}};
      int limit = -1;
      if (command_.timeout) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
        limit = static_cast<int>(std::max<long>(left.count(), 0));
      }
      const int ready = ::poll(fds.data(), fds.size(), limit);
      if (ready < 0) continue;
      if (fds[0].revents != 0) return Event::ended;
      if (fds[1].revents != 0) return Event::abandoned;
      if (ready == 0) return Event::expired;
    }
  }

  void end_command() { ::kill(whole_group_ ? -child_ : child_, SIGKILL); }

  Report exit_report() {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOWAIT) != 0 &&
           errno == EINTR) {
    }
    constexpr int signal_base = 128;
    const bool exited = info.si_code == CLD_EXITED;
    return {.kind = Report::Kind::exited,
            .value = exited ? info.si_status : signal_base + info.si_status};
  }

  bool client_is_satisfied() {
    char byte = 0;
    ssize_t got = 0;
    do {
      got = ::recv(ends_.channel.get(), &byte, 1, 0);
    } while (got < 0 && errno == EINTR);
    return got == 1;
  }

  const GuestCommand& command_;
  AgentEnds ends_;
  bool whole_group_;
  pid_t child_ = -1;
  Fd pidfd_;
};

}  // namespace

void run_agent(const GuestCommand& command, AgentEnds ends) {
  // The command, if it is still a child, is reaped by the guest's first process.
  ::_exit(Agent(command, std::move(ends)).run());
}

}  // namespace smolfleet::standin
