// A line of a feed as a plan.
#pragma once

#include "smolfleet/core/line_splitter.hpp"
#include "smolfleet/plan/parse.hpp"

#include <expected>

namespace smolfleet::fleet {

/// The plan, or why there is none: also for a line that was too long to be kept.
[[nodiscard]] std::expected<plan::Plan, plan::Rejection> read_plan(const core::Line& line,
                                                                   plan::UnknownKeys unknown_keys);

}  // namespace smolfleet::fleet
