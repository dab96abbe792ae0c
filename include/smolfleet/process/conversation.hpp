// The three things that can happen to a child at any time (output, errors, its exit), meeting at
// one bell.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/bell.hpp"
#include "smolfleet/process/capture.hpp"
#include "smolfleet/process/child.hpp"
#include "smolfleet/process/command.hpp"
#include "smolfleet/process/poller.hpp"

#include <cstddef>
#include <expected>
#include <optional>

namespace smolfleet::process {

/// Watches one child: its two pipes and its exit. What is called then only notes facts and rings;
/// what to do about them is `run`'s business.
class Conversation {
 public:
  Conversation(const core::Executor& executor, Poller& poller, std::size_t capture);

  /// Spawns the child and begins to listen. After a failure the conversation is over.
  [[nodiscard]] std::expected<void, NotSpawned> begin(const Command& command);

  /// The child's; see Child::pid.
  [[nodiscard]] pid_t pid() const { return child_.pid(); }

  /// Waits until something has changed that `run` acts on, or `until`, or a cancellation.
  core::Awaitable<void> wait(core::TimePoint until) { return bell_.wait(until); }

  /// How the child ended; nothing while it lives.
  [[nodiscard]] const std::optional<ExitStatus>& status() const { return status_; }
  /// Whether the child has ended, noticed or not.
  [[nodiscard]] bool has_ended() const { return status_ || child_.has_ended(); }
  /// Whether the child was reaped and both pipes are closed.
  [[nodiscard]] bool over() const {
    return !exit_watch_.is_open() && !out_watch_.is_open() && !err_watch_.is_open();
  }

  /// Sends `signal` to the child's group. From then on the rest of the group is killed with SIGKILL
  /// when the child itself has ended.
  void end_group(int signal);
  /// Stops listening to the pipes.
  void hang_up();

  Capture& out() { return out_; }
  Capture& err() { return err_; }

 private:
  [[nodiscard]] std::error_code listen(ChildFds fds);
  void on_readable(Poller::Watch& pipe, Capture& capture);
  void on_exit();
  void ring_if_ended();

  core::Bell bell_;
  Child child_;
  Capture out_;
  Capture err_;
  std::optional<ExitStatus> status_;
  bool ending_ = false;
  Poller::Watch out_watch_;
  Poller::Watch err_watch_;
  Poller::Watch exit_watch_;
};

}  // namespace smolfleet::process
