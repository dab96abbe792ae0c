// The `steps` of a plan: what is copied and run once the guest trusts its CA.
#pragma once

#include "smolfleet/plan/plan.hpp"

#include "plan/fields.hpp"

#include <vector>

namespace smolfleet::plan {

/// Reads the array `steps` of the plan's own fields.
[[nodiscard]] std::vector<Step> read_steps(const Fields& plan, const Faults& faults);

}  // namespace smolfleet::plan
