// errno as a value, taken at the call that set it.
#pragma once

#include <cerrno>
#include <system_error>

namespace smolfleet::core {

/// What the system call before this one has failed with.
[[nodiscard]] inline std::error_code last_error() {
  return {errno, std::generic_category()};
}

}  // namespace smolfleet::core
