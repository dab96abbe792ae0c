// The `machine` of a plan: how its guest is to be created.
#pragma once

#include "smolfleet/plan/plan.hpp"

#include "plan/fields.hpp"

namespace smolfleet::plan {

/// Reads the object `machine`. `has_routes`: the plan has an egress proxy, which the guest reaches
/// through the network.
[[nodiscard]] Machine read_machine(const Fields& fields, bool has_routes);

}  // namespace smolfleet::plan
