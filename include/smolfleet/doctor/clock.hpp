// Whether the host's clock can be believed: CAs are valid from one time to another.
#pragma once

#include "smolfleet/doctor/finding.hpp"

#include <chrono>
#include <optional>

namespace smolfleet::doctor {

struct Clock {
  std::chrono::sys_seconds now;
  std::optional<bool> is_synchronised;  ///< with a time server; nothing: the kernel does not say
};

[[nodiscard]] Clock read_clock();
[[nodiscard]] Findings judge(const Clock& clock);

}  // namespace smolfleet::doctor
