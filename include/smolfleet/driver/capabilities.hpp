// What the smolvm at hand can do: asked, not guessed.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace smolfleet::driver {

struct Version {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned patch = 0;
  auto operator<=>(const Version&) const = default;
};

/// The oldest smolvm that can be driven to create machines: from here on their name is an option
/// and the workload stands behind `--` (contract §9).
inline constexpr Version oldest_for_machines{1, 0, 2};

[[nodiscard]] std::string to_string(const Version& version);

struct Capabilities {
  std::optional<Version> version;  ///< nothing: it did not say
  bool exec_user = false;          ///< `machine exec --user`
  bool copy_mode = false;          ///< `machine cp --mode`
  bool create_label = false;       ///< `machine create --label`
};

/// Reads `smolvm --version`: "smolvm X.Y.Z", anything behind it ignored.
[[nodiscard]] std::optional<Version> parse_version(std::string_view output);

/// Whether a help text lists `flag` ("--user") as a word of its own.
[[nodiscard]] bool lists_flag(std::string_view help, std::string_view flag);

/// Whether `machine ls --json` shows a machine that has been started at some time: then this host's
/// disk templates exist (contract §5.3). Unreadable output counts as no.
[[nodiscard]] bool shows_started_machine(std::string_view json);

}  // namespace smolfleet::driver
