// The driver's own command line.
#pragma once

#include "stage.hpp"
#include "story.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

namespace smolfleet::faults {

struct Settings {
  Programs programs;
  std::uint64_t first = 1;
  std::uint64_t last = 40;
  /// Seeds are run until it is over; `last` does not count then.
  std::optional<std::chrono::minutes> time;
  unsigned parallel = 3;
  bool keep = false;
  bool tells_story = false;  ///< also when all is well
  milliseconds patience{60'000};
};

/// Error: what is wrong with the usage.
[[nodiscard]] std::expected<Settings, std::string> read_settings(int argc, char** argv);

}  // namespace smolfleet::faults
