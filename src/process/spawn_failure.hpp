// Why a child could not be started, in words that say what to do.
#pragma once

#include "smolfleet/process/outcome.hpp"

#include <string>

namespace smolfleet::process {

/// `error` is an errno of posix_spawn(3), pipe2(2) or pidfd_open(2); `program` is argv[0].
[[nodiscard]] NotSpawned spawn_failure(int error, const std::string& program);

}  // namespace smolfleet::process
