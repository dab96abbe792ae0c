// The agent: the process in the guest that looks after one command for one client.
#pragma once

#include "sandbox/guest_command.hpp"
#include "support/fd.hpp"

namespace smolfleet::standin {

/// The guest's side of a conversation.
struct AgentEnds {
  /// A SEQPACKET socket. To the client go Reports; from it comes one byte when it is satisfied, or
  /// the end of the stream when it died.
  Fd channel = {};
  Fd in = {};
  Fd out = {};
  Fd err = {};
};

/// Runs the command and reports. A client that dies before it is satisfied takes the command with
/// it: the whole process group if the output was buffered, the direct child otherwise (contract
/// §3.4).
[[noreturn]] void run_agent(const GuestCommand& command, AgentEnds ends);

}  // namespace smolfleet::standin
