// A command, run to its end.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/process/command.hpp"
#include "smolfleet/process/outcome.hpp"

namespace smolfleet::process {

/// Spawns the command, reads both of its streams, enforces its limits and reaps it.
/// *Completes when* the child has been reaped and its pipes are closed: at the latest `drain` after
/// its exit. Its end is its exit, never the end of its pipes.
/// *On cancellation* and at the deadline the process group gets `gentle_signal`, after `grace`
/// SIGKILL; then it is reaped as always. An exit that coincides with either counts as an exit.
/// Never throws for anything that a child can do. Must be awaited in a task of a Scope.
[[nodiscard]] core::Awaitable<Outcome> run(Command command);

}  // namespace smolfleet::process
