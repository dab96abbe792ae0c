// vfork(2) and what a child does before it executes. posix_spawn(3) would do the same, but it
// cannot ask for a parent-death signal: children of a smolfleet that was killed would work on,
// beside the next run that resumes its journal.
#include "process/spawn.hpp"

#include "smolfleet/core/signals_blocked.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::process {
namespace {

/// The strings as execve(2) wants them; it does not write to them, though its type does not say so.
void append_pointers(std::vector<char*>& to, const std::vector<std::string>& strings) {
  for (const auto& string : strings)
    to.push_back(const_cast<char*>(string.c_str()));
}

std::vector<char*> argv_of(const Command& command) {
  std::vector<char*> pointers;
  pointers.reserve(command.argv.size() + 1);
  append_pointers(pointers, command.argv);
  pointers.push_back(nullptr);
  return pointers;
}

void append_inherited(std::vector<char*>& to, const Command& command) {
  for (const auto& entry : *command.environment) {
    const auto name = std::string_view(entry).substr(0, entry.find('=') + 1);
    const bool replaced = std::ranges::any_of(
        command.extra_environment, [=](const auto& own) { return own.starts_with(name); });
    if (!replaced) to.push_back(const_cast<char*>(entry.c_str()));
  }
}

/// The child's own entries replace inherited ones: which of two wins would depend on the program.
std::vector<char*> environment_of(const Command& command) {
  const auto inherited = command.environment == nullptr ? 0 : command.environment->size();
  std::vector<char*> pointers;
  pointers.reserve(command.extra_environment.size() + inherited + 1);
  append_pointers(pointers, command.extra_environment);
  if (inherited > 0) append_inherited(pointers, command);
  pointers.push_back(nullptr);
  return pointers;
}

/// Everything that the child needs, made before there is one: it may not allocate.
struct Birth {
  std::vector<char*> argv;
  std::vector<char*> environment;
  int out;
  int err;
  pid_t parent;
  const std::optional<rlimit>& descriptors;
  const std::vector<int>& changed_signals;
  volatile int error = 0;  ///< written by the child, whose memory is ours
};

/// The signals that are perhaps not at their defaults here: those that smolfleet handles or
/// ignores, and those that it was started with ignored. Looked up once: to ask for all of them in
/// each child would take more system calls than everything else that a spawn does.
const std::vector<int>& changed_signals() {
  static const auto changed = [] {
    std::vector<int> signals = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGCHLD, SIGPIPE, SIGXFSZ};
    for (int signal = 1; signal < NSIG; ++signal) {
      struct sigaction action{};
      const bool known = ::sigaction(signal, nullptr, &action) == 0;
      if (known && action.sa_handler != SIG_DFL &&
          std::ranges::find(signals, signal) == signals.end())
        signals.push_back(signal);
    }
    return signals;
  }();
  return changed;
}

/// What came for our process group while the child was still in it was meant for us: Ctrl-C must
/// not end it, and Ctrl-Z not stop it, for the vfork would hold us with it. Everything is blocked
/// here, so it is pending, and what is pending and ignored is gone (sigaction(2)).
void discard_pending() {
  sigset_t pending;
  if (::sigpending(&pending) != 0) return;
  struct sigaction ignored{};
  ignored.sa_handler = SIG_IGN;
  struct sigaction usual{};
  usual.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) {
    if (::sigismember(&pending, signal) != 1) continue;
    ::sigaction(signal, &ignored, nullptr);
    ::sigaction(signal, &usual, nullptr);
  }
}

/// Signals as a program expects them: what we ignore or block would survive its exec.
void reset_signals(const std::vector<int>& changed) {
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  for (const int signal : changed)
    ::sigaction(signal, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// A child with another limit than it should have is better than none.
void set_limits(const Birth& birth) {
  if (birth.descriptors) ::setrlimit(RLIMIT_NOFILE, &*birth.descriptors);
}

bool connect_streams(const Birth& birth) {
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  return null >= 0 && ::dup2(null, STDIN_FILENO) >= 0 && ::dup2(birth.out, STDOUT_FILENO) >= 0 &&
         ::dup2(birth.err, STDERR_FILENO) >= 0;
}

/// Runs in the child, on the parent's memory and stack, while the parent stands still: only
/// async-signal-safe calls (signal-safety(7)), and no return.
[[noreturn, gnu::noinline]] void execute(Birth& birth) {
  const bool ready =
      ::setpgid(0, 0) == 0 && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && connect_streams(birth);
  // Who died before the prctl sends no signal any more; and who is in another PID namespace, as
  // after unshare(1) without --fork, would see its children end with the first.
  const bool has_parent = ::getppid() == birth.parent;
  if (ready && has_parent) {
    set_limits(birth);
    discard_pending();
    reset_signals(birth.changed_signals);
    ::execve(birth.argv[0], birth.argv.data(), birth.environment.data());
  }
  birth.error = has_parent ? errno : ESRCH;
  ::_exit(1);
}

void reap(pid_t pid) {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

int spawn_process(const Command& command, int out, int err, pid_t& pid) {
  Birth birth{.argv = argv_of(command),
              .environment = environment_of(command),
              .out = out,
              .err = err,
              .parent = ::getpid(),
              .descriptors = command.descriptors,
              .changed_signals = changed_signals()};
  // A handler of ours must not run in the child, which shares our memory; and nothing may stop or
  // end it before it has a process group of its own.
  const core::SignalsBlocked blocked;
  // The child only executes, as vfork(2) wants it; fork(2) would copy our page tables for each.
  const pid_t child =
      ::vfork();  // NOLINT(bugprone-unsafe-functions,clang-analyzer-security.insecureAPI.vfork)
  if (child == 0) execute(birth);
  if (child < 0) return errno;
  if (birth.error != 0) {
    reap(child);
    return birth.error;
  }
  pid = child;
  return 0;
}

}  // namespace smolfleet::process
