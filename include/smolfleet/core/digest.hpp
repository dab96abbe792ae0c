// SHA-256, for telling contents apart.
#pragma once

#include <string>
#include <string_view>

namespace smolfleet::core {

/// SHA-256 of `bytes` as 64 lower-case hex digits. Throws std::bad_alloc when memory is out, and
/// for nothing else.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace smolfleet::core
