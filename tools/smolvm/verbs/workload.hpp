// What `start` runs in a guest that has booted.
#pragma once

#include "machine/process.hpp"
#include "store/record.hpp"
#include "support/result.hpp"

namespace smolfleet::standin {

/// The init commands, in order; the first that fails is an error.
[[nodiscard]] Result<void> run_init(const VmProcess& vm, const Record& record);

/// An image machine's workload is launched and left alone. A bare machine's runs here, in the
/// foreground, and its exit code is only told.
[[nodiscard]] Result<void> run_workload(const VmProcess& vm, const Record& record);

}  // namespace smolfleet::standin
