// The status block of a run in progress, as text for a terminal of any width.
#pragma once

#include "smolfleet/core/layout.hpp"
#include "smolfleet/watch/tally.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::watch {

/// What the tally does not know.
struct Outlook {
  std::chrono::seconds elapsed{};
  std::optional<std::uint64_t> expected = {};  ///< answers in all; nothing: nobody can tell
  bool is_exact = false;                       ///< and not an estimate
  std::optional<double> rate = {};             ///< answers a second
  std::optional<std::chrono::seconds> remaining = {};
  bool is_ending = false;  ///< no more plans are read
};

/// One or two lines of at most `width` - 1 columns, ASCII but for the palette's colours: first
/// how far the run is, then what the guests in flight are doing. What does not fit is left out, the
/// least important first.
[[nodiscard]] std::vector<std::string> status_block(const Tally& tally, const Outlook& outlook,
                                                    std::size_t width, core::Palette palette);

/// "0:07", "12:30", "3:04:05".
[[nodiscard]] std::string clock_time(std::chrono::seconds duration);

}  // namespace smolfleet::watch
