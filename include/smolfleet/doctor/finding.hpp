// What the doctor has found: how bad it is, what it is about, and what mends it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::doctor {

/// `info` is neither good nor bad. With a `problem` guests cannot be brought up.
enum class Level { ok, info, warning, problem };

/// "ok", "info", "warning" or "problem".
[[nodiscard]] std::string_view to_string(Level level);

struct Finding {
  std::string topic;  ///< one short word
  Level level = Level::ok;
  std::string text;                      ///< a sentence without its full stop
  std::optional<std::string> mend = {};  ///< a command, or what else to do
};

using Findings = std::vector<Finding>;

[[nodiscard]] std::size_t count(const Findings& findings, Level level);

}  // namespace smolfleet::doctor
