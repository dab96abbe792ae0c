// The known key that a mistyped one was probably meant to be.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace smolfleet::plan {

/// The key among `known` that at most two single-byte edits lead to from `key`, the nearest first;
/// nothing if there is none, or if it would share hardly anything with `key`.
[[nodiscard]] std::optional<std::string_view> nearest_key(std::string_view key,
                                                          std::span<const std::string_view> known);

}  // namespace smolfleet::plan
