// The last steps of a guest command's process: who it is, where it is, what it runs.
#pragma once

#include "sandbox/agent.hpp"

namespace smolfleet::standin {

/// Turns a freshly forked process into the command. What goes wrong is reported as `no_command`.
[[noreturn]] void execute(const GuestCommand& command, const AgentEnds& ends);

}  // namespace smolfleet::standin
