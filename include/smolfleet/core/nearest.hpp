// The known name that a mistyped one was probably meant to be.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace smolfleet::core {

/// The one of `known` that at most `most_edits` single-byte edits lead to from `name`, the nearest
/// first; nothing if there is none, or if it would share hardly anything with `name`. Takes no
/// longer for a long `name`.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view name,
                                                      std::span<const std::string_view> known,
                                                      std::size_t most_edits = 2);

}  // namespace smolfleet::core
