// The smolvm release that the stand-in plays.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace smolfleet::standin {

struct Version {
  int major = 0;
  int minor = 0;
  int patch = 0;

  auto operator<=>(const Version&) const = default;
};

/// Names moved from a positional argument to `-n/--name` (contract §9).
inline constexpr Version name_flag_since{1, 0, 2};
inline constexpr Version label_since{1, 8, 0};
inline constexpr Version cp_mode_since{1, 9, 0};
inline constexpr Version exec_user_since{1, 14, 0};

/// "1.9.3"; nothing else is accepted.
[[nodiscard]] std::optional<Version> parse_version(std::string_view text);
[[nodiscard]] std::string to_string(const Version& version);

}  // namespace smolfleet::standin
