// The summary at the end of a run, for people.
#pragma once

#include "smolfleet/watch/tally.hpp"

#include <string>

namespace smolfleet::watch {

/// A table of the phases (how many, p50, p90, p99, the longest, retries), the slowest guests, and
/// the failures grouped by code, each with its first. Lines of at most 100 columns, but for
/// messages; each ends with '\n'. Text from plans and from children is made harmless. Empty if
/// nothing was begun and nothing failed.
[[nodiscard]] std::string summary(const Tally& tally);

/// "740 us", "12.3 ms", "421 ms", "4.21 s", "320 s".
[[nodiscard]] std::string readable(results::Millis duration);

}  // namespace smolfleet::watch
