// Ranks in whole numbers, so that nothing is rounded.
#include "smolfleet/report/percentile.hpp"

#include <algorithm>

namespace smolfleet::report {

double nearest_rank(std::span<const double> sorted, unsigned percent) {
  const auto rank = (sorted.size() * percent + 99) / 100;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

std::vector<Quantile> quantiles(std::span<const double> sorted, std::size_t most) {
  std::vector<Quantile> points;
  const auto count = std::min(sorted.size(), most);
  points.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = count == 1 ? 0 : i * (sorted.size() - 1) / (count - 1);
    points.push_back({.value = sorted[at], .rank = at + 1});
  }
  return points;
}

}  // namespace smolfleet::report
