// One phase of a bring-up: its commands one after the other, its retries, its deadline, its entry
// in the result.
#pragma once

#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/driver/classify.hpp"
#include "smolfleet/driver/smolvm.hpp"
#include "smolfleet/process/outcome.hpp"
#include "smolfleet/results/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::bringup {

/// The limits within which a guest's phases run.
struct Frame {
  core::TimePoint admitted;
  core::TimePoint until;        ///< of the whole plan
  std::string_view limit = {};  ///< whose limit `until` is: "the run's --timeout"
};

/// Who wants to know how a phase's attempts end, and has a say in when the next one begins.
class Attempts {
 public:
  virtual ~Attempts() = default;
  virtual void ended(driver::Verdict verdict, const process::Outcome& outcome) = 0;
  /// *Completes when* another attempt may begin. False: not before `until`, or cancelled.
  [[nodiscard]] virtual core::Awaitable<bool> may_repeat(core::TimePoint until) = 0;
};

/// What a phase does, and how its limit can be raised ("--deadline start=SECONDS").
struct PhaseWork {
  std::vector<driver::Call> calls;  ///< at least one; the first one's deadline is the phase's
  std::string raise_limit;
  unsigned shares = 1;  ///< of the phase's limit, one for each attempt: leaves time for another
  Attempts* attempts = nullptr;  ///< outlives the phase
};

/// Runs the calls of one phase and tells who listens. They share one deadline, which the plan's own
/// limit may shorten. Appends the phase to `phases`, unless there never was a child.
/// Returns why it failed, or nothing. The references must outlive the call.
[[nodiscard]] core::Awaitable<std::optional<core::Failure>> record_phase(
    std::string name, PhaseWork work, const results::Subject& guest, Frame frame, Tools& tools,
    std::vector<results::Phase>& phases);

}  // namespace smolfleet::bringup
