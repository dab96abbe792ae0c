// The client's side: running a command in a guest from the host.
#pragma once

#include "machine/process.hpp"
#include "sandbox/guest_command.hpp"
#include "support/result.hpp"

namespace smolfleet::standin {

/// Runs the command in the VM's guest and waits for it, unless it is detached. Live output goes to
/// our stdout and stderr, buffered output into the outcome.
[[nodiscard]] Result<GuestOutcome> run_in_guest(const VmProcess& vm, const GuestCommand& command);

}  // namespace smolfleet::standin
