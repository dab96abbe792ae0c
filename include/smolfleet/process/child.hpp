// One child process as a resource: spawned, signalled, reaped. It has no policy; `run` has.
#pragma once

#include "smolfleet/core/unique_fd.hpp"
#include "smolfleet/process/command.hpp"
#include "smolfleet/process/outcome.hpp"

#include <sys/types.h>

#include <expected>
#include <optional>

namespace smolfleet::process {

/// How a reaped child ended: with an exit code, or by a signal.
struct ExitStatus {
  bool by_signal = false;
  int value = 0;  ///< exit code or signal number
};

/// What a child is watched by: the read ends of its two pipes, non-blocking, and a pidfd.
struct ChildFds {
  core::UniqueFd out;
  core::UniqueFd err;
  core::UniqueFd exit;
};

/// Owns a child and its process group.
class Child {
 public:
  /// Starts nothing yet.
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// A child that was not reaped is killed with its group and reaped, blocking for as long as that
  /// takes. The last resort on the way of an exception; `run` never leaves it to this.
  ~Child();

  /// At most once. The parent is held until the child has begun to execute (vfork semantics), so
  /// a failed exec is reported here.
  [[nodiscard]] std::expected<ChildFds, NotSpawned> spawn(const Command& command);

  /// Its number while it is ours; -1: not spawned, or reaped.
  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Sends `signal` to the process group, and to the child if it has left that; nothing happens
  /// after the child was reaped, because then the number may belong to somebody else.
  void signal_group(int signal);

  /// Ends the child with its group and waits for it, which takes no longer than the kernel needs.
  void kill_and_reap();

  /// Collects the child if it has ended, without waiting.
  [[nodiscard]] std::optional<ExitStatus> try_reap();

  /// Whether the child has ended and waits to be reaped.
  [[nodiscard]] bool has_ended() const;

 private:
  pid_t pid_ = -1;  ///< -1: not spawned, or reaped
};

}  // namespace smolfleet::process
