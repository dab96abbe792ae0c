// Writing files, which never make a writer wait for a reader.
#pragma once

#include <string_view>
#include <system_error>

namespace smolfleet::core {

/// Writes all of `bytes` to `fd`, in as many calls as that takes. Blocks. After an error some of
/// them may have been written.
[[nodiscard]] std::error_code write_all(int fd, std::string_view bytes);

}  // namespace smolfleet::core
