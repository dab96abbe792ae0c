// When failures end a run early: a pure rule.
#pragma once

#include <cstdint>

namespace smolfleet::fleet {

/// `--halt soon|now,fail=N|fail=N%`. What counts are results that are neither ok nor cancelled.
struct HaltRule {
  enum class When {
    never,
    soon,  ///< read no more plans, finish what is in flight
    now,   ///< end what is in flight too
  };
  When when = When::never;
  std::uint64_t limit = 1;  ///< failures, or percent of the results so far; at least 1
  bool in_percent = false;
};

/// Fewer results say nothing about a percentage.
inline constexpr std::uint64_t least_results_for_percent = 3;

/// Whether so many failures among so many results are enough.
[[nodiscard]] bool is_reached(const HaltRule& rule, std::uint64_t failures, std::uint64_t results);

}  // namespace smolfleet::fleet
