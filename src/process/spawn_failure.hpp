// Why a child could not be started, in words that say what to do.
#pragma once

#include "smolfleet/process/outcome.hpp"

#include <string>

namespace smolfleet::process {

/// `error` is the errno of what failed on the way to the exec, the exec included; ESRCH: the child
/// would live in another PID namespace. `program` is argv[0].
[[nodiscard]] NotSpawned spawn_failure(int error, const std::string& program);

/// A child that was started and had to be ended at once, because it could not be watched; `error`
/// is an errno of pidfd_open(2) or epoll_ctl(2).
[[nodiscard]] NotSpawned watch_failure(int error, const std::string& program);

}  // namespace smolfleet::process
