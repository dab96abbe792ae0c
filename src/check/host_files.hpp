// What a plan wants of this host's file system besides the CA.
#pragma once

#include "smolfleet/check/verdict.hpp"
#include "smolfleet/plan/plan.hpp"

#include <vector>

namespace smolfleet::check {

/// Files and directories that are not there now, or not what smolvm needs. `up` does not look: what
/// is missing may be there when its turn has come.
[[nodiscard]] std::vector<Warning> missing_on_host(const plan::Plan& plan);

}  // namespace smolfleet::check
