// Units of what the kernel says of itself.
#pragma once

#include <cstdint>

namespace smolfleet::doctor {

inline constexpr std::uint64_t bytes_per_mib = 1024 * std::uint64_t{1024};

}  // namespace smolfleet::doctor
