// Edit distance (Levenshtein), a row at a time.
#include "smolfleet/core/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace smolfleet::core {

namespace {

std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char c : from) {
    auto diagonal = row.front()++;
    for (std::size_t i = 0; i < to.size(); ++i) {
      const auto replaced = diagonal + (c == to[i] ? 0 : 1);
      diagonal = row[i + 1];
      row[i + 1] = std::min({replaced, row[i] + 1, row[i + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view name,
                                        std::span<const std::string_view> known,
                                        std::size_t most_edits) {
  std::optional<std::string_view> found;
  auto least = std::min(most_edits + 1, name.size());
  for (const auto candidate : known) {
    // The sizes alone may tell, and a hostile name is as long as a line.
    if (name.size() > candidate.size() + most_edits) continue;
    const auto edits = distance(name, candidate);
    if (edits >= least) continue;
    least = edits;
    found = candidate;
  }
  return found;
}

}  // namespace smolfleet::core
