// mkostemp(3), modes, and what a signal's handler may do.
#include "report/unfinished.hpp"

#include "smolfleet/core/last_error.hpp"
#include "smolfleet/core/signals_blocked.hpp"
#include "smolfleet/report/output.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace smolfleet::report {
namespace {

constexpr mode_t for_everybody = 0666;  // less what the umask takes
constexpr mode_t permissions = 0777;
constexpr int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};

/// All that there are: the handler can be told of them in no other way.
std::atomic<Unfinished*> first{nullptr};

sigset_t ending_set() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : ending_signals)
    sigaddset(&set, signal);
  return set;
}

mode_t mode_for(const std::string& target) {
  struct stat status{};
  if (::stat(target.c_str(), &status) == 0 && S_ISREG(status.st_mode))
    return status.st_mode & permissions;
  const auto mask = ::umask(0);
  ::umask(mask);
  return for_everybody & ~mask;
}

/// SA_RESETHAND has brought the default back, which ends the process as the handler returns.
void end_by(int signal) {
  remove_unfinished_files();
  ::raise(signal);
}

}  // namespace

Unfinished::Made Unfinished::beside(const std::string& target) {
  std::unique_ptr<Unfinished> made(new Unfinished(target));
  const auto mode = mode_for(target);
  const core::SignalsBlocked blocked;  // a file is listed as long as it is there
  made->fd_ = core::UniqueFd(::mkostemp(made->path_.data(), O_CLOEXEC));
  if (!made->fd_) {
    const auto error = core::last_error();
    made->path_.clear();
    return std::unexpected(error);
  }
  made->next_ = first.exchange(made.get());
  // Where a file system has no modes, the file is as private as all others there.
  std::ignore = ::fchmod(made->fd_.get(), mode);
  return made;
}

Unfinished::Unfinished(std::string target)
    : target_(std::move(target)), path_(target_ + ".part-XXXXXX") {}

Unfinished::~Unfinished() {
  if (path_.empty()) return;
  const core::SignalsBlocked blocked;
  ::unlink(path_.c_str());
  forget();
}

std::error_code Unfinished::replace_target() {
  const core::SignalsBlocked blocked;
  if (::rename(path_.c_str(), target_.c_str()) != 0) return core::last_error();
  forget();
  return {};
}

void Unfinished::forget() {
  path_.clear();
  if (first == this) {
    first = next_;
    return;
  }
  auto* before = first.load();
  while (before->next_ != this)
    before = before->next_;
  before->next_ = next_;
}

void remove_unfinished_files() {
  for (const auto* file = first.load(); file != nullptr; file = file->next_)
    ::unlink(file->path_.c_str());
}

void remove_unfinished_on_signals() {
  struct sigaction action{};
  action.sa_handler = end_by;
  action.sa_mask = ending_set();
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : ending_signals) {
    struct sigaction inherited{};
    const bool known = ::sigaction(signal, nullptr, &inherited) == 0;
    if (known && inherited.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
}

}  // namespace smolfleet::report
