// The three things that can happen to a child at any time (output, errors, its exit), meeting at
// one bell.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/bell.hpp"
#include "smolfleet/process/capture.hpp"
#include "smolfleet/process/child.hpp"
#include "smolfleet/process/command.hpp"

#include <cstddef>
#include <expected>
#include <optional>

namespace smolfleet::process {

/// Keeps the pending operations of one child: reading both pipes and waiting on the pidfd. Handlers
/// only note facts and ring; what to do about them is `run`'s business.
/// Must not end before `over()`: its handlers refer to it.
class Conversation {
 public:
  Conversation(const core::Executor& executor, std::size_t capture);

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
  /// Whether the child was reaped and both pipes are closed: no handler is left.
  [[nodiscard]] bool over() const { return pending_ == 0; }

  /// Sends `signal` to the child's group. From then on the rest of the group is killed with SIGKILL
  /// when the child itself has ended.
  void end_group(int signal);
  /// Stops listening to the pipes.
  void hang_up();

  Capture& out() { return out_; }
  Capture& err() { return err_; }

 private:
  void listen(asio::posix::stream_descriptor& pipe, Capture& capture);
  void await_exit();
  void on_readable(asio::posix::stream_descriptor& pipe, Capture& capture, std::error_code error);
  void on_exit(std::error_code error);
  void finish_one();

  core::Bell bell_;
  Child child_;
  Capture out_;
  Capture err_;
  std::optional<ExitStatus> status_;
  int pending_ = 0;  ///< operations whose handler has yet to run
  bool ending_ = false;
};

}  // namespace smolfleet::process
