// The arithmetic of --halt.
#include "smolfleet/fleet/halt.hpp"

namespace smolfleet::fleet {

bool is_reached(const HaltRule& rule, std::uint64_t failures, std::uint64_t results) {
  if (rule.when == HaltRule::When::never || failures == 0) return false;
  if (!rule.in_percent) return failures >= rule.limit;
  return results >= least_results_for_percent && failures * 100 >= rule.limit * results;
}

}  // namespace smolfleet::fleet
