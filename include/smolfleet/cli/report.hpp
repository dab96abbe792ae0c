// The command `report`: reads what runs have left and writes a page and a trace.
#pragma once

#include "smolfleet/cli/options.hpp"

namespace smolfleet::cli {

/// Runs to the end and returns the process's exit status: 0 done · 1 done with what was readable,
/// some lines were not · 2 usage · 3 something could not be read or written.
[[nodiscard]] int report(const ReportOptions& options);

}  // namespace smolfleet::cli
