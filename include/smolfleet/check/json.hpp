// Verdicts for machines (share/smolfleet/schema/check.schema.json).
#pragma once

#include "smolfleet/check/verdict.hpp"

#include <string>

namespace smolfleet::check {

/// The verdict as one line of JSON with its '\n'; never throws for any content.
[[nodiscard]] std::string to_line(const Verdict& verdict);

/// The last line: sums, and what the commands took for granted. It has `summary` where a verdict
/// has `verdict`.
[[nodiscard]] std::string to_line(const Tally& tally);

}  // namespace smolfleet::check
