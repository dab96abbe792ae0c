// What the splitter gave up on, and what the parser says.
#include "smolfleet/fleet/plan_line.hpp"

#include "fleet/reasons.hpp"

namespace smolfleet::fleet {

std::expected<plan::Plan, plan::Rejection> read_plan(const core::Line& line,
                                                     plan::UnknownKeys unknown_keys) {
  if (line.too_long) return std::unexpected(too_long(line));
  return plan::parse(line.text, line.number, unknown_keys);
}

}  // namespace smolfleet::fleet
