// Why the fleet itself answers a plan, in words for a person.
#pragma once

#include "smolfleet/core/failure.hpp"
#include "smolfleet/fleet/fleet.hpp"
#include "smolfleet/plan/parse.hpp"
#include "smolfleet/plan/plan.hpp"

namespace smolfleet::fleet {

/// An exception around one plan is a bug of ours or the end of memory: it ends that plan, not the
/// run.
[[nodiscard]] core::Failure internal_failure(const plan::Plan& plan);

[[nodiscard]] plan::Rejection too_long(const Line& line);

/// A plan for this target is in flight.
[[nodiscard]] plan::Rejection duplicate(const plan::Plan& plan);

/// The run ended before the plan was begun.
[[nodiscard]] core::Failure not_started(bool timed_out);

}  // namespace smolfleet::fleet
