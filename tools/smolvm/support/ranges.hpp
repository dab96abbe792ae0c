// What libstdc++ 12 lacks of <algorithm>.
#pragma once

#include <algorithm>
#include <ranges>

namespace smolfleet::standin {

/// std::ranges::contains, which libstdc++ has since 13.
template <std::ranges::input_range Range, typename Value>
[[nodiscard]] bool contains(const Range& range, const Value& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

}  // namespace smolfleet::standin
