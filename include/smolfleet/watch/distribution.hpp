// How long something took, over and over: quantiles of any number of durations in little memory.
#pragma once

#include "smolfleet/results/result.hpp"

#include <cstdint>
#include <vector>

namespace smolfleet::watch {

/// A histogram of microseconds whose buckets grow with the value: a quantile is within 0.8 % of the
/// true one, for a hundred durations as for a hundred million. At most 24 KiB.
class Distribution {
 public:
  /// A negative duration counts as none.
  void add(results::Millis duration);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// The value that a share `q` of all (0 … 1) does not exceed: the nearest rank. 0 without any.
  [[nodiscard]] results::Millis quantile(double q) const;
  [[nodiscard]] results::Millis most() const { return most_; }

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  results::Millis most_{};
};

}  // namespace smolfleet::watch
