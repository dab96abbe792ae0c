// One phase of a bring-up: its commands one after the other, its retries, its deadline, its entry
// in the result.
#pragma once

#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/driver/classify.hpp"
#include "smolfleet/process/command.hpp"
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

/// Runs the commands of one phase; `phase.name` is set, the rest is filled in. They share one
/// deadline, that of the first command, which the plan's own limit may shorten. Returns why the
/// phase failed, or nothing. `services` and `target` must outlive the call.
[[nodiscard]] core::Awaitable<std::optional<core::Failure>> run_phase(
    results::Phase& phase, driver::Verb verb, const std::string& target,
    std::vector<process::Command> commands, Frame frame, Services& services);

}  // namespace smolfleet::bringup
