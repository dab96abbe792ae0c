// posix_spawn, poll, waitid on a pidfd.
#include "child.hpp"

#include "../support/usual_signals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace smolfleet::standin::tests {
namespace {

constexpr int limit_ms = static_cast<int>(std::chrono::milliseconds(hard_limit).count());

void check(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> all;
  for (const auto& string : strings)
    all.push_back(const_cast<char*>(string.c_str()));
  all.push_back(nullptr);
  return all;
}

std::array<int, 2> open_pipe() {
  std::array<int, 2> ends{};
  check(::pipe2(ends.data(), O_CLOEXEC) == 0 ? 0 : errno, "pipe2");
  return ends;
}

sigset_t usual_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : test::inherited_signals)
    ::sigaddset(&signals, signal);
  return signals;
}

/// Takes what there is; closes at the end.
void drain(int& fd, std::string& into) {
  std::array<char, 65536> buffer;
  const auto got = ::read(fd, buffer.data(), buffer.size());
  if (got > 0) {
    into.append(buffer.data(), static_cast<std::size_t>(got));
  } else if (got == 0 || errno != EINTR) {
    ::close(fd);
    fd = -1;
  }
}

}  // namespace

Child::Child(const std::vector<std::string>& argv, const std::vector<std::string>& env) {
  const auto out = open_pipe();
  const auto err = open_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  check(::posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init");
  check(::posix_spawnattr_init(&attributes), "posix_spawnattr_init");
  check(::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0), "addopen");
  check(::posix_spawn_file_actions_adddup2(&actions, out[1], 1), "adddup2");
  check(::posix_spawn_file_actions_adddup2(&actions, err[1], 2), "adddup2");
  const auto usual = usual_signals();
  check(::posix_spawnattr_setsigdefault(&attributes, &usual), "setsigdefault");
  check(::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF),
        "setflags");
  const int error = ::posix_spawnp(&pid_, argv.front().c_str(), &actions, &attributes,
                                   pointers(argv).data(), pointers(env).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  ::close(out[1]);
  ::close(err[1]);
  out_fd_ = out[0];
  err_fd_ = err[0];
  check(error, argv.front().c_str());
}

Child::~Child() {
  if (!code_) {
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (out_fd_ >= 0) ::close(out_fd_);
  if (err_fd_ >= 0) ::close(err_fd_);
}

void Child::signal(int number) const {
  check(::kill(pid_, number) == 0 ? 0 : errno, "kill");
}
void Child::signal_group(int number) const {
  check(::kill(-pid_, number) == 0 ? 0 : errno, "kill");
}

bool Child::read_more(int timeout_ms) {
  std::array fds{pollfd{.fd = out_fd_, .events = POLLIN, .revents = 0},
                 pollfd{.fd = err_fd_, .events = POLLIN, .revents = 0}};
  if (out_fd_ < 0 && err_fd_ < 0) return false;
  const int ready = ::poll(fds.data(), fds.size(), timeout_ms);
  if (ready == 0) return false;
  if (fds[0].revents != 0) drain(out_fd_, out_);
  if (fds[1].revents != 0) drain(err_fd_, err_);
  return true;
}

void Child::wait_for_output(const std::string& text) {
  while (!out_.contains(text)) {
    if (!read_more(limit_ms)) throw std::runtime_error("no '" + text + "' in: " + out_ + err_);
  }
}

int Child::wait_for_exit() {
  if (code_) return *code_;
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  check(pidfd >= 0 ? 0 : errno, "pidfd_open");
  pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
  const int ready = ::poll(&ended, 1, limit_ms);
  ::close(pidfd);
  if (ready != 1) throw std::runtime_error("the child did not end");
  int status = 0;
  check(::waitpid(pid_, &status, 0) == pid_ ? 0 : errno, "waitpid");
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return *code_;
}

bool Child::pipes_are_closed() {
  while (read_more(0)) {
  }
  return out_fd_ < 0 && err_fd_ < 0;
}

Ended Child::finish() {
  while (read_more(limit_ms)) {
  }
  if (out_fd_ >= 0 || err_fd_ >= 0)
    throw std::runtime_error("the child's pipes stay open: " + out_);
  const int code = wait_for_exit();
  return {.code = code, .out = std::move(out_), .err = std::move(err_)};
}

Ended run(const std::vector<std::string>& argv, const std::vector<std::string>& env) {
  return Child(argv, env).finish();
}

}  // namespace smolfleet::standin::tests
