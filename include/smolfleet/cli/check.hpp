// The command `check`: a feed is read and judged, and nothing is started.
#pragma once

#include "smolfleet/cli/options.hpp"

namespace smolfleet::cli {

/// Runs to the end of the feed and returns the process's exit status: 0 every line is good, 1 some
/// line is not, 3 the feed cannot be read or the report not be written. The report goes to stdout,
/// everything else to stderr. Call it once per process.
[[nodiscard]] int check(CheckOptions options);

}  // namespace smolfleet::cli
