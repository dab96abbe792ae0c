// What a fleet's guests amount to: counts, times, failures.
#pragma once

#include "smolfleet/report/guests.hpp"
#include "smolfleet/report/percentile.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::report {

/// How long something took, over all guests that began it, however it ended.
struct Times {
  std::size_t count = 0;
  double p50 = 0;  ///< ms, like the others; nearest rank
  double p90 = 0;
  double p99 = 0;
  double max = 0;
  std::vector<Quantile> distribution;
};

struct PhaseSummary {
  std::string name;
  Times times;
  std::size_t failed = 0;  ///< guests that failed in it
  // Attempts beyond the first.
  std::uint64_t retries = 0;
  std::size_t retried_guests = 0;
  unsigned most_attempts = 0;
};

/// Guests that failed with the same code in the same phase.
struct FailureGroup {
  std::string code;
  std::string phase;                  ///< empty: none was reached
  std::vector<std::uint32_t> guests;  ///< indices, in order
};

struct RunSummary {
  std::string id;
  std::size_t plans = 0;
  std::array<std::size_t, 4> by_status{};  ///< by results::Status
  std::size_t leaked = 0;
  std::size_t unanswered = 0;
  std::uint64_t retries = 0;
  std::optional<Moment> began;  ///< the first admission; nothing: none
  Millis wall{};                ///< from then to the last end
  std::size_t most_in_flight = 0;
};

struct Summary {
  std::vector<PhaseSummary> phases;    ///< in the order of Guests::phases
  Times whole;                         ///< from admission to the answer
  Times waiting;                       ///< what of that no phase accounts for
  std::vector<FailureGroup> failures;  ///< the most frequent first
  std::vector<std::uint32_t> slowest;  ///< indices of admitted guests, at most `most_slowest`
  std::vector<std::uint32_t> leaked;   ///< indices
  std::vector<RunSummary> runs;        ///< in the order of Guests::runs
};

inline constexpr std::size_t most_slowest = 20;

[[nodiscard]] Summary summarize(const Guests& guests);

}  // namespace smolfleet::report
