// Why the fleet itself answers a plan or a claim, in words for a person.
#pragma once

#include "smolfleet/core/failure.hpp"
#include "smolfleet/driver/capabilities.hpp"
#include "smolfleet/fleet/claim.hpp"
#include "smolfleet/fleet/fleet.hpp"
#include "smolfleet/plan/parse.hpp"
#include "smolfleet/plan/plan.hpp"

#include <cstdint>
#include <string>
#include <system_error>

namespace smolfleet::fleet {

/// An exception around one plan is a bug of ours or the end of memory: it ends that plan, not the
/// run.
[[nodiscard]] core::Failure internal_failure(const plan::Plan& plan);

[[nodiscard]] plan::Rejection too_long(const core::Line& line);

/// A plan for this target is in flight.
[[nodiscard]] plan::Rejection duplicate(const plan::Plan& plan);

/// The journal could not be written, so that the plan was not begun, or its guest not kept.
[[nodiscard]] core::Failure unrecorded(const plan::Plan& plan);

/// The plan's answer is in the journal and cannot be read.
[[nodiscard]] core::Failure unreadable(const plan::Plan& plan, std::error_code error);

/// A guest that an earlier run has left would not go: `why`.
[[nodiscard]] core::Failure still_there(const plan::Plan& plan, const core::Failure& why);

/// The run ended before the plan was begun.
[[nodiscard]] core::Failure not_started(bool timed_out);

/// The guest may claim more memory than the host can ever give.
[[nodiscard]] core::Failure too_large_for_host(const plan::Plan& plan, std::uint64_t mib);

// Of claims, each with a target where that is said of it.

/// As for plans.
[[nodiscard]] core::Failure internal_failure(const Claim& claim);

/// The run ended before the guest was looked at.
[[nodiscard]] core::Failure not_begun(const Claim& claim);

/// The guest is not smolfleet's to remove.
[[nodiscard]] core::Failure not_ours(const Claim& claim, const std::string& reason);

// Why no claim can be looked at.

[[nodiscard]] core::Failure too_old(const driver::Version& version);

/// --run finds its guests by their labels.
[[nodiscard]] core::Failure no_labels(const driver::Version& version);

}  // namespace smolfleet::fleet
