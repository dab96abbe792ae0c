// A VM process by pid and start time, so that a reused pid is never taken for it.
#pragma once

#include "support/fd.hpp"
#include "support/result.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace smolfleet::standin {

struct VmProcess {
  pid_t pid = 0;
  /// Field 22 of /proc/PID/stat: clock ticks since boot.
  std::uint64_t started = 0;
};

/// The running process with this pid; none if it is gone or a zombie.
[[nodiscard]] std::optional<VmProcess> find_process(pid_t pid);
/// "PID\nSTARTED", as agent.pid has it.
[[nodiscard]] std::string encode(const VmProcess& process);
[[nodiscard]] std::optional<VmProcess> decode_process(const std::string& text);

/// A pidfd of exactly this process; ESRCH if it is gone.
[[nodiscard]] Sys<Fd> open_pidfd(const VmProcess& process);
/// Waits for the process behind a pidfd to end; false: the time is over.
[[nodiscard]] bool wait_for_end(const Fd& pidfd, std::chrono::milliseconds limit);

/// Ends the process: SIGTERM, 2 s, SIGKILL, 3 s (contract §4.3). One that is gone already is fine.
[[nodiscard]] Result<void> end_process(const VmProcess& process);

}  // namespace smolfleet::standin
