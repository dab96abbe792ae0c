// Other processes' children that end up with this one: reaped, so that it can be a container's
// first process.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/process/runner.hpp"

namespace smolfleet::process {

/// A process whose parent has ended is handed to PID 1 or to the nearest subreaper (prctl(2)). If
/// that is us, and we did not reap, guests' VMs would stay as zombies, which smolvm takes for
/// alive: its `stop` and `delete` would fail (contract §4.3). Elsewhere this does nothing.
class Orphans {
 public:
  /// The runner, whose children are left to it, outlives this.
  Orphans(const core::Executor& executor, const Runner& runner);
  Orphans(const Orphans&) = delete;
  Orphans& operator=(const Orphans&) = delete;

  /// Reaps from now on. Call it once.
  void listen();
  /// Lets the loop end. Whatever ends later stays a zombie until this process ends.
  void stop();

 private:
  void await_signal();
  void reap();

  const Runner& runner_;
  asio::signal_set signals_;
  bool over_ = false;
};

}  // namespace smolfleet::process
