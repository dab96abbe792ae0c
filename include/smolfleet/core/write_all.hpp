// Writing to files, and to pipes whose reader may be waited for; not to the loop's own streams.
#pragma once

#include <string_view>
#include <system_error>

namespace smolfleet::core {

/// Writes all of `bytes` to `fd`, which stays the caller's, in as many calls as that takes. Blocks.
/// Returns what a call failed with, if one did: some of the bytes may have been written then.
[[nodiscard]] std::error_code write_all(int fd, std::string_view bytes);

}  // namespace smolfleet::core
