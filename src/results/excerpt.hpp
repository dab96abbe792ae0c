// What a child printed, cut to a size that a result can carry.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace smolfleet::results {

/// `text` trimmed and as valid UTF-8, in at most `limit` bytes. Longer text keeps its beginning and
/// its end, between them a line that says how many bytes are left out. `limit` has room for that
/// line.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t limit);

}  // namespace smolfleet::results
