// Which certificate authority a plan's guest must trust (spec §4).
#pragma once

#include "smolfleet/plan/plan.hpp"

#include <string>
#include <string_view>

namespace smolfleet::plan {

enum class CaLabel { egress, pipelock };

/// "egress" or "pipelock", as results and logs print it.
[[nodiscard]] std::string_view to_string(CaLabel label);

/// The field of a plan that names the CA of this label, as a JSON pointer.
[[nodiscard]] std::string_view field_of(CaLabel label);

struct CaChoice {
  CaLabel label = CaLabel::pipelock;
  std::string path;  ///< on the host, as the plan gave it; empty: the plan gave none
};

/// Routes: the egress proxy's CA; otherwise pipelock's.
[[nodiscard]] CaChoice choose_ca(const Plan& plan);

}  // namespace smolfleet::plan
