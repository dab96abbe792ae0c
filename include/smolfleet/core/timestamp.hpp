// Points in time as text: ISO 8601 in UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace smolfleet::core {

/// Such as "2027-01-01T00:00:00Z".
[[nodiscard]] std::string to_iso8601(std::chrono::sys_seconds time);

/// Such as "2026-11-23T10:00:00.123Z".
[[nodiscard]] std::string to_iso8601(std::chrono::sys_time<std::chrono::milliseconds> time);

/// Reads what the one with milliseconds writes, to the letter; nothing: it is not that.
[[nodiscard]] std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_iso8601(
    std::string_view text);

}  // namespace smolfleet::core
