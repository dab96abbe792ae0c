// What the end of a smolvm command means: pure functions from what was run and how it ended.
#pragma once

#include "smolfleet/core/failure.hpp"
#include "smolfleet/process/outcome.hpp"

#include <string>

namespace smolfleet::driver {

/// What was run. `copy` and the execs are steps; `exec_once` is one that must not run twice.
enum class Verb { probe, create, start, copy_ca, install_ca, copy, exec, exec_once };

enum class Verdict {
  done,
  /// The guest's command was killed: its init had just ended (contract §6.1). Once more, a little
  /// later.
  retry_settle,
  /// smolvm's database was busy; nothing was changed (contract §5.2).
  retry_lock,
  /// The start failed for a reason that passes (contract §6.2).
  retry_start,
  failed,
  /// No start can work on this host.
  host_unfit,
};

/// Follows the table of spec §6. A guest's output can imitate smolvm's messages only where the
/// guest has output: `create` and `start` are judged by text, the others by exit code and signal
/// alone.
[[nodiscard]] Verdict classify(Verb verb, const process::Outcome& outcome);

/// The failure of a command that is not done; where the host is unfit, its code is host_unfit.
/// `phase` is its name in the result, `target` the
/// guest.
[[nodiscard]] core::Failure failure_of(Verb verb, const std::string& phase,
                                       const std::string& target, process::Outcome outcome);

}  // namespace smolfleet::driver
