// One phase of a bring-up: its commands one after the other, its retries, its deadline, its entry
// in the result.
#pragma once

#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/driver/smolvm.hpp"
#include "smolfleet/results/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace smolfleet::bringup {

/// The limits within which a guest's phases run.
struct Frame {
  core::TimePoint admitted;
  core::TimePoint until;  ///< of the whole plan
};

/// What a phase does, and how its limit can be raised ("--deadline start=SECONDS").
struct PhaseWork {
  std::vector<driver::Call> calls;  ///< at least one; the first one's deadline is the phase's
  std::string raise_limit;
};

/// Runs the calls of one phase; `phase.name` is set, the rest is filled in, with no attempt if
/// there never was a child. They share one deadline, which the plan's own limit may shorten.
/// Returns why the phase failed, or nothing. `services`, `phase` and `target` must outlive the
/// call.
[[nodiscard]] core::Awaitable<std::optional<core::Failure>> run_phase(results::Phase& phase,
                                                                      const std::string& target,
                                                                      PhaseWork work, Frame frame,
                                                                      Services& services);

}  // namespace smolfleet::bringup
