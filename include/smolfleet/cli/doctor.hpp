// The command `doctor`: whether this host can do the job.
#pragma once

#include "smolfleet/cli/options.hpp"

namespace smolfleet::cli {

/// Looks, asks smolvm, and returns the process's exit status: 0 there is no problem, 1 there is
/// one, 3 the report could not be written. The report goes to stdout. Call it once per process.
[[nodiscard]] int doctor(DoctorOptions options);

}  // namespace smolfleet::cli
