// The command `up`: builds the parts, hands them to each other, and tells how it went.
#pragma once

#include "smolfleet/cli/options.hpp"

namespace smolfleet::cli {

/// Runs to the end and returns the process's exit status (spec §2). Writes results to stdout and
/// everything else to stderr. Call it once per process.
[[nodiscard]] int up(UpOptions options);

}  // namespace smolfleet::cli
