// From fork to exec, inside the guest.
#include "sandbox/execute.hpp"

#include "support/fd.hpp"

#include <grp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <sstream>
#include <vector>

namespace smolfleet::standin {
namespace {

struct Ids {
  uid_t uid = 0;
  gid_t gid = 0;
};

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The guest's own /etc/passwd, read by hand: a static program has no name service.
std::optional<Ids> look_up(const std::string& name) {
  const auto text = read_file("/etc/passwd");
  if (!text) return std::nullopt;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string user;
    std::string password;
    std::string uid;
    std::string gid;
    std::getline(fields, user, ':');
    std::getline(fields, password, ':');
    std::getline(fields, uid, ':');
    std::getline(fields, gid, ':');
    const auto ids = std::pair(number(uid), number(gid));
    const bool same = user == name || (ids.first && ids.first == number(name));
    if (same && ids.first && ids.second) return Ids{.uid = *ids.first, .gid = *ids.second};
  }
  return std::nullopt;
}

std::optional<Ids> resolve_user(const std::string& user) {
  const auto colon = user.find(':');
  if (const auto known = look_up(user)) return known;
  const auto uid = number(std::string_view(user).substr(0, colon));
  if (!uid) return std::nullopt;
  const auto gid = colon == user.npos ? 0U : number(std::string_view(user).substr(colon + 1));
  if (!gid) return std::nullopt;
  return Ids{.uid = *uid, .gid = *gid};
}

/// errno, or 0.
int become(const std::string& user) {
  const auto ids = resolve_user(user);
  if (!ids) return EINVAL;
  // Root stays as it is: in an ordinary user's guest nothing else is mapped, and groups can't be
  // set.
  if (ids->uid == 0 && ids->gid == 0) return 0;
  if (::setgroups(0, nullptr) != 0 || ::setgid(ids->gid) != 0 || ::setuid(ids->uid) != 0)
    return errno;
  return 0;
}

void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) {
    if (signal != SIGKILL && signal != SIGSTOP) ::signal(signal, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> all;
  all.reserve(strings.size() + 1);
  for (auto& string : strings)
    all.push_back(string.data());
  all.push_back(nullptr);
  return all;
}

/// Returns only what went wrong.
int try_execute(const GuestCommand& command, const AgentEnds& ends) {
  if (::setsid() < 0 || ::dup2(ends.in.get(), STDIN_FILENO) < 0 ||
      ::dup2(ends.out.get(), STDOUT_FILENO) < 0 || ::dup2(ends.err.get(), STDERR_FILENO) < 0 ||
      ::chdir(command.workdir.c_str()) != 0) {
    return errno;
  }
  if (const int error = command.user ? become(*command.user) : 0; error != 0) return error;
  reset_signals();
  auto argv = command.argv;
  if (::clearenv() != 0) return ENOMEM;
  for (const auto& entry : command.env) {
    const auto equals = entry.find('=');
    if (::setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1) != 0)
      return errno;
  }
  // The guest's PATH, just set, is the one that is searched.
  ::execvp(argv.front().c_str(), pointers(argv).data());
  return errno;
}

}  // namespace

void execute(const GuestCommand& command, const AgentEnds& ends) {
  const Report report{.kind = Report::Kind::no_command, .value = try_execute(command, ends)};
  constexpr int exec_failed = 127;
  ::send(ends.channel.get(), &report, sizeof report, MSG_NOSIGNAL);
  ::_exit(exec_failed);
}

}  // namespace smolfleet::standin
