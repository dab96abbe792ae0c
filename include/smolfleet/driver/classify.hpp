// What the end of a smolvm command means: pure functions from what was run and how it ended.
#pragma once

#include "smolfleet/core/failure.hpp"
#include "smolfleet/process/outcome.hpp"

#include <string>

namespace smolfleet::driver {

/// What was run. `create_again` comes after a create of the same machine that was killed, and that
/// smolvm's list does not show. `copy`, `set_mode` and the execs are parts of steps; `exec_once`
/// must not run twice; `stop` and `remove` are the clean-up.
enum class Verb {
  probe,
  create,
  create_again,
  start,
  copy_ca,
  install_ca,
  copy,
  set_mode,
  exec,
  exec_once,
  stop,
  remove,
};

enum class Verdict {
  done,
  /// The guest's command was killed: its init had just ended (contract §6.1). Once more, a little
  /// later.
  retry_settle,
  /// smolvm's database was busy; nothing was changed (contract §5.2).
  retry_lock,
  /// The start failed for a reason that passes (contract §6.2).
  retry_start,
  /// Clean-up and questions can be repeated without harm, whatever came in between.
  retry_harmless,
  failed,
  /// No start can work on this host.
  host_unfit,
};

/// Follows the table of spec §6. `create` and `start` are judged by smolvm's words; what a guest's
/// init commands printed among them does not count. The others, whose output is the guest's, are
/// judged by exit code and signal alone. `stop` and `remove` are done when the machine is not
/// there, and `remove` only when smolvm says that it is gone: exit 0 may also mean "Cancelled"
/// (contract §4.5).
[[nodiscard]] Verdict classify(Verb verb, const process::Outcome& outcome);

/// The failure of a command that is not done; where the host is unfit, its code is host_unfit. For
/// a time-out the caller knows the limit and how to raise it, and says so in its place. `phase` is
/// its name in the result, `target` the guest.
[[nodiscard]] core::Failure failure_of(Verb verb, const std::string& phase,
                                       const std::string& target, process::Outcome outcome);

/// Whether a `create` that failed so may have created its machine all the same: it was ended
/// half-way, or died, instead of saying what is wrong (a create that says so leaves nothing:
/// contract §5.2).
[[nodiscard]] bool may_have_created(const core::Failure& failure);

}  // namespace smolfleet::driver
