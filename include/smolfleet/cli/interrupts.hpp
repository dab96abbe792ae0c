// The signals that end a run, in the three stages that people know (spec §9).
#pragma once

#include "smolfleet/core/asio.hpp"

#include <functional>
#include <optional>

namespace smolfleet::cli {

/// What the stages do; each gets the signal. `drain` may be called twice, `leave` more often.
struct Stages {
  std::function<void(int)> drain;
  std::function<void(int)> cancel;
  std::function<void(int)> leave;
};

/// Catches SIGINT, SIGTERM and SIGHUP from construction on. The first INT or TERM drains, the
/// second cancels, the third leaves; SIGHUP drains and does not count, as in GNU parallel. INT and
/// HUP that whoever started us wants ignored (nohup, a shell's background job) stay ignored.
class Interrupts {
 public:
  explicit Interrupts(const core::Executor& executor);
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// Signals that came before are delivered as well. Call it once.
  void listen(Stages stages);
  /// Lets the loop end. Signals that come later are caught and change nothing.
  void stop();

  /// The last one that moved the run on a stage; nothing: none came.
  [[nodiscard]] std::optional<int> signal() const { return signal_; }

 private:
  enum class Stage { undisturbed, draining, cancelling, leaving };
  void await_signal();
  void on_signal(int signal);

  asio::signal_set signals_;
  Stages stages_;
  Stage stage_ = Stage::undisturbed;
  bool hung_up_ = false;
  std::optional<int> signal_;
  bool over_ = false;
};

}  // namespace smolfleet::cli
