// The command `down`: builds the parts, hands them to each other, and tells how it went.
#pragma once

#include "smolfleet/cli/options.hpp"

namespace smolfleet::cli {

/// Runs to the end and returns the process's exit status: 0 everything that was named is gone or
/// not smolfleet's, 1 something is not, otherwise as `up`. Writes removals to stdout and everything
/// else to stderr. Call it once per process.
[[nodiscard]] int down(DownOptions options);

}  // namespace smolfleet::cli
