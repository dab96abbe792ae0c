// The system calls that make a child process.
#pragma once

#include "smolfleet/process/command.hpp"

#include <sys/types.h>

namespace smolfleet::process {

/// Starts the command with stdin from /dev/null, its stdout and stderr on `out` and `err` (both
/// above 2), in a process group of its own, with no signal blocked or ignored. When the calling
/// thread ends, however suddenly, the kernel kills the child with SIGKILL. Everything else that is
/// open here is to be close-on-exec. Holds the caller until the child has begun to execute. Returns
/// 0 and sets `pid`, or the errno of what failed: then there is no child.
[[nodiscard]] int spawn_process(const Command& command, int out, int err, pid_t& pid);

}  // namespace smolfleet::process
