// Commands, run to their end.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/gate.hpp"
#include "smolfleet/process/command.hpp"
#include "smolfleet/process/outcome.hpp"
#include "smolfleet/process/poller.hpp"

#include <sys/types.h>

#include <cstddef>
#include <list>

namespace smolfleet::process {

class Conversation;

/// Runs children on the loop. A spawn holds the loop until the child has begun to execute, so there
/// is one at a time, and between two of them everybody else who is ready has a turn: a thousand
/// guests that want to go on at the same moment do not stop the clock for the others.
/// Outlives the commands that it runs.
class Runner {
 public:
  explicit Runner(const core::Executor& executor) : spawn_turn_(executor, 1), poller_(executor) {}

  /// Spawns the command, reads both of its streams, enforces its limits and reaps it.
  /// *Completes when* the child has been reaped and its pipes are closed: at the latest `drain`
  /// after its exit. Its end is its exit, never the end of its pipes.
  /// *On cancellation* and at the deadline the process group gets `gentle_signal`, after `grace`
  /// SIGKILL; then it is reaped as always. An exit that coincides with either counts as an exit.
  /// Never throws for anything that a child can do. Must be awaited in a task of a Scope.
  [[nodiscard]] core::Awaitable<Outcome> run(Command command);

  /// Whether a command of ours is this process, running or not reaped yet.
  [[nodiscard]] bool is_child(pid_t pid) const;

  /// Children of ours that run or are not reaped yet.
  [[nodiscard]] std::size_t children() const;

  /// From now on no child that is to end gets its grace: SIGKILL follows as soon as its command is
  /// looked at again, for which Scope::abandon sees.
  void hurry() { hurried_ = true; }

 private:
  core::Gate spawn_turn_;
  Poller poller_;
  std::list<const Conversation*> children_;  ///< of the commands under way
  bool hurried_ = false;
};

}  // namespace smolfleet::process
