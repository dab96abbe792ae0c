// A VM process: how it is started, and what it does.
#pragma once

#include "machine/directory.hpp"
#include "sandbox/boot_plan.hpp"
#include "support/fd.hpp"
#include "support/result.hpp"

#include <string>

namespace smolfleet::standin {

/// The argument that turns this program into a VM process.
inline constexpr std::string_view boot_verb = "_boot-vm";

/// A VM that has been spawned and may not be ready yet. It lives on whatever becomes of this value.
struct Booting {
  VmProcess process;
  /// Where it says how its boot went.
  Fd report;
};

/// Where a VM process has the writing end of `Booting::report`.
inline constexpr int report_fd = 3;

/// Spawns `/proc/self/exe _boot-vm <directory>/boot-config.json` in namespaces of its own (contract
/// §4.4), in its own process group. `keep_output` leaves it stdout and stderr; otherwise they are
/// /dev/null.
[[nodiscard]] Result<Booting> spawn_vm(const BootPlan& plan, bool keep_output);

/// Waits until the guest is ready, 30 s at most. On failure the VM has been ended.
[[nodiscard]] Result<void> await_ready(const Booting& booting);

/// The VM process itself: builds the guest, says that it is ready, and then reaps orphans until
/// SIGTERM. Gives the exit code of a boot that failed.
[[nodiscard]] int run_vm(const std::string& config);

}  // namespace smolfleet::standin
