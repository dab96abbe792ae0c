// How many guests there is memory for.
#pragma once

#include "smolfleet/doctor/finding.hpp"
#include "smolfleet/doctor/host.hpp"

#include <cstdint>
#include <optional>

namespace smolfleet::doctor {

/// In MiB.
struct Memory {
  std::uint64_t total = 0;
  std::uint64_t available = 0;               ///< without swapping
  std::optional<std::uint64_t> cgroup_left;  ///< nothing: no cgroup limits it
};

/// Nothing: /proc/meminfo cannot be read.
[[nodiscard]] std::optional<Memory> read_memory(const Host& host);
[[nodiscard]] Findings judge(const std::optional<Memory>& memory);

}  // namespace smolfleet::doctor
