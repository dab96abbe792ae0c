// Cutting on character boundaries.
#include "results/excerpt.hpp"

#include "smolfleet/core/text.hpp"

#include <fmt/format.h>

namespace smolfleet::results {

namespace {

/// More than the marker ever takes, with a number of 20 digits.
constexpr std::size_t marker_room = 64;

}  // namespace

std::string excerpt(std::string_view text, std::size_t limit) {
  // Replacing first: it makes text longer, and the limit holds for what is printed.
  auto whole = core::valid_utf8(core::trimmed(text));
  if (whole.size() <= limit) return whole;
  const auto half = (limit - marker_room) / 2;
  const auto head = core::utf8_head(whole, half);
  const auto tail = core::utf8_tail(whole, half);
  return fmt::format("{}\n[... {} bytes left out ...]\n{}", head,
                     whole.size() - head.size() - tail.size(), tail);
}

}  // namespace smolfleet::results
