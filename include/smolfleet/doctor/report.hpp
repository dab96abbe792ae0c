// Findings for people and for machines (share/smolfleet/schema/doctor.schema.json).
#pragma once

#include "smolfleet/core/layout.hpp"
#include "smolfleet/doctor/finding.hpp"

#include <string>

namespace smolfleet::doctor {

/// At most 80 columns, but for words that are longer.
[[nodiscard]] std::string to_text(const Findings& findings, core::Palette palette);

/// One JSON object per finding and line, and one with the sums, which has `summary` where the
/// others have `topic`.
[[nodiscard]] std::string to_lines(const Findings& findings);

}  // namespace smolfleet::doctor
