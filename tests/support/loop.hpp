// The loop for tests: real, and with an end.
#pragma once

#include "smolfleet/core/asio.hpp"

#include <cstddef>
#include <functional>

namespace smolfleet::test {

using Task = std::function<core::Awaitable<void>()>;

/// Runs the task in a Scope on a real loop until it has ended. After two minutes the process is
/// aborted: to drop a loop with coroutines in flight is undefined.
void run_loop(const Task& task);

/// What became of a run that was cancelled in mid-flight.
struct CancelledRun {
  std::size_t handlers = 0;    ///< that ran in all
  bool was_in_flight = false;  ///< when it was cancelled
};

/// Runs the task until `handlers` handlers of the loop have run, cancels it, and runs it to its
/// end. `cancel`: how; without it the task's scope is cancelled.
[[nodiscard]] CancelledRun run_and_cancel_after(std::size_t handlers, const Task& task,
                                                const std::function<void()>& cancel = {});

}  // namespace smolfleet::test
