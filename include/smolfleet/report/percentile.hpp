// Percentiles by nearest rank: each is a value that was observed.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace smolfleet::report {

/// The smallest value that at least `percent` (1 to 100) per cent of the values do not exceed.
/// `sorted`: ascending, not empty.
[[nodiscard]] double nearest_rank(std::span<const double> sorted, unsigned percent);

/// A point of a distribution: so many of the values are at most `value`.
struct Quantile {
  double value = 0;
  std::size_t rank = 0;  ///< from 1
};

/// The distribution in at most `most` (2 or more) points, the least and the greatest value among
/// them. `sorted`: ascending.
[[nodiscard]] std::vector<Quantile> quantiles(std::span<const double> sorted, std::size_t most);

}  // namespace smolfleet::report
