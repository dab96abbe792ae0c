// Sending an agent into the guest and listening to it.
#include "sandbox/run_in_guest.hpp"

#include "sandbox/agent.hpp"
#include "sandbox/namespaces.hpp"
#include "support/console.hpp"
#include "support/text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace smolfleet::standin {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t output_limit = 11'534'336;

/// The client's side of a conversation.
struct ClientEnds {
  Fd channel = {};
  Fd out = {};
  Fd err = {};
};

struct Ends {
  ClientEnds client;
  AgentEnds agent;
};

Sys<Ends> make_ends(const GuestCommand& command) {
  std::array<int, 2> sockets{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
    return std::unexpected(errno);
  }
  Ends ends{.client = {.channel = Fd(sockets[0])}, .agent = {.channel = Fd(sockets[1])}};
  auto in = command.forward_stdin ? Sys<Fd>(Fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)))
                                  : open_file("/dev/null", O_RDONLY);
  if (!in) return std::unexpected(in.error());
  ends.agent.in = *std::move(in);
  if (command.delivery == Delivery::detached) {
    auto out = open_file("/dev/null", O_WRONLY);
    auto err = open_file("/dev/null", O_WRONLY);
    if (!out || !err) return std::unexpected(!out ? out.error() : err.error());
    ends.agent.out = *std::move(out);
    ends.agent.err = *std::move(err);
    return ends;
  }
  auto out = make_pipe();
  auto err = make_pipe();
  if (!out || !err) return std::unexpected(!out ? out.error() : err.error());
  ends.client.out = std::move(out->read_end);
  ends.client.err = std::move(err->read_end);
  ends.agent.out = std::move(out->write_end);
  ends.agent.err = std::move(err->write_end);
  return ends;
}

/// Our own stdio must not live on in the guest: the client's end shall be the end of its pipes.
void drop_stdio() {
  const auto null = open_file("/dev/null", O_RDWR);
  if (!null) ::_exit(1);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::dup2(null->get(), fd);
}

/// The chain client, enterer, orphaner, agent. The enterer goes into the guest, but only its
/// children belong to the guest's PID namespace; the orphaner ends at once, so that the agent is
/// adopted, and one day reaped, by the guest's first process and not by the host's.
[[noreturn]] void send_agent(const Namespaces& namespaces, const GuestCommand& command,
                             AgentEnds ends) {
  drop_stdio();
  const auto entered = enter(namespaces);
  pid_t orphaner = -1;
  int error = 0;
  if (!entered) {
    error = entered.error();
  } else {
    orphaner = ::fork();
    error = errno;
  }
  if (orphaner == 0) {
    const pid_t agent = ::fork();
    // In a session of its own the agent survives whoever kills the client's group, and does its
    // duty.
    if (agent == 0 && ::setsid() >= 0) run_agent(command, std::move(ends));
    ::_exit(agent > 0 ? 0 : 1);
  }
  if (orphaner > 0) ::_exit(::waitpid(orphaner, nullptr, 0) == orphaner ? 0 : 1);
  const Report report{.kind = Report::Kind::no_entry, .value = error};
  ::send(ends.channel.get(), &report, sizeof report, MSG_NOSIGNAL);
  ::_exit(1);
}

/// Listens until the command has ended and its output is closed.
class Listener {
 public:
  Listener(ClientEnds ends, const GuestCommand& command)
      : ends_(std::move(ends)), command_(command) {}

  GuestOutcome listen() {
    while (!is_done()) {
      std::array fds{pollfd{.fd = ends_.out.get(), .events = POLLIN, .revents = 0},
                     pollfd{.fd = ends_.err.get(), .events = POLLIN, .revents = 0},
                     pollfd{.fd = ends_.channel.get(), .events = POLLIN, .revents = 0}};
      // The channel has one report for us; afterwards its end would wake us for nothing.
      if (reported_) fds[2].fd = -1;
      const int ready = ::poll(fds.data(), fds.size(), time_left());
      if (ready < 0) continue;
      if (ready == 0) break;
      if (fds[0].revents != 0) take(ends_.out, outcome_.out, STDOUT_FILENO);
      if (fds[1].revents != 0) take(ends_.err, outcome_.err, STDERR_FILENO);
      if (fds[2].revents != 0) take_report();
    }
    constexpr char satisfied = 1;
    ::send(ends_.channel.get(), &satisfied, 1, MSG_NOSIGNAL);
    return std::move(outcome_);
  }

 private:
  [[nodiscard]] bool is_done() const {
    if (!reported_) return false;
    const auto kind = outcome_.report.kind;
    // Only a command that ran has output worth waiting for.
    if (kind != Report::Kind::exited && kind != Report::Kind::timed_out) return true;
    return !ends_.out.is_open() && !ends_.err.is_open();
  }

  [[nodiscard]] int time_left() const {
    if (!reported_) return -1;
    // With live output only the direct child was killed: others may keep the pipes open for ever.
    const bool was_cut = outcome_.report.kind == Report::Kind::timed_out;
    if (was_cut && command_.delivery == Delivery::live) return 0;
    if (!command_.grace) return -1;
    const auto left = reported_at_ + *command_.grace - steady_clock::now();
    return static_cast<int>(
        std::max<long>(std::chrono::ceil<std::chrono::milliseconds>(left).count(), 0));
  }

  void take(Fd& from, std::string& kept, int live) {
    std::array<char, 65536> buffer;
    const auto got = read_some(from.get(), buffer.data(), buffer.size());
    if (!got || *got == 0) return from.reset();
    const std::string_view bytes(buffer.data(), *got);
    total_ += bytes.size();
    if (command_.delivery == Delivery::live) {
      live == STDOUT_FILENO ? say(bytes) : complain(bytes);
      // Only --stream is limited; -i is not.
      outcome_.overflowed = !command_.forward_stdin && total_ > output_limit;
      return;
    }
    if (kept.size() + bytes.size() > output_limit) {
      outcome_.overflowed = true;
    } else {
      kept += bytes;
    }
  }

  void take_report() {
    Report report;
    const auto got = ::recv(ends_.channel.get(), &report, sizeof report, 0);
    outcome_.report = got == sizeof report ? report : Report{.kind = Report::Kind::lost};
    reported_ = true;
    reported_at_ = steady_clock::now();
  }

  ClientEnds ends_;
  const GuestCommand& command_;
  GuestOutcome outcome_;
  std::size_t total_ = 0;
  bool reported_ = false;
  steady_clock::time_point reported_at_;
};

}  // namespace

Result<GuestOutcome> run_in_guest(const VmProcess& vm, const GuestCommand& command) {
  const auto namespaces = open_namespaces(vm);
  if (!namespaces) return fail("io operation failed: connection closed");
  auto ends = make_ends(command);
  if (!ends) return fail(cat("io operation failed: ", os_error(ends.error())));

  const pid_t enterer = ::fork();
  if (enterer < 0) return fail(cat("io operation failed: fork: ", os_error(errno)));
  if (enterer == 0) {
    ends->client = {};
    send_agent(*namespaces, command, std::move(ends->agent));
  }
  ends->agent = {};
  auto outcome = Listener(std::move(ends->client), command).listen();
  while (::waitpid(enterer, nullptr, 0) < 0 && errno == EINTR) {
  }
  using Kind = Report::Kind;
  if (outcome.report.kind == Kind::lost) return fail("io operation failed: connection closed");
  if (outcome.report.kind == Kind::no_entry) {
    return fail(cat("agent operation failed: connect: can't enter the guest's namespaces: ",
                    os_error(outcome.report.value)));
  }
  return outcome;
}

}  // namespace smolfleet::standin
