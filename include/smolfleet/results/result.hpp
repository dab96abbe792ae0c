// A result: the one answer to a plan, as a value and as its line of JSON (spec §7).
#pragma once

#include "smolfleet/core/failure.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::results {

/// `rejected`: the line was refused and nothing was started for it.
enum class Status { ok, failed, rejected, cancelled };
inline constexpr std::array all_statuses = {Status::ok, Status::failed, Status::rejected,
                                            Status::cancelled};

[[nodiscard]] std::string_view to_string(Status status);
/// Nothing: it is none of them.
[[nodiscard]] std::optional<Status> status_named(std::string_view name);

/// Milliseconds with fractions, as results print them.
using Millis = std::chrono::duration<double, std::milli>;

/// The phases by name, those of the clean-up last; steps also have an index, as in "step[2]".
inline constexpr std::array<std::string_view, 7> phase_names = {
    "create", "start", "copy_ca", "install_ca", "step", "stop", "delete"};

/// The phase's name without the index of a step, of which a plan may have any number.
[[nodiscard]] constexpr std::string_view kind_of(std::string_view phase) {
  return phase.substr(0, phase.find('['));
}
/// Where a kind of phase stands in a guest's life; phase_names.size(): it is none.
[[nodiscard]] constexpr std::size_t rank_of(std::string_view kind) {
  return static_cast<std::size_t>(std::ranges::find(phase_names, kind) - phase_names.begin());
}

/// One phase of a bring-up that was begun.
struct Phase {
  std::string name;   ///< "create", "start", "copy_ca", "install_ca", "step[i]", "stop", "delete"
  Millis start{};     ///< from the plan's admission to the first attempt
  Millis duration{};  ///< from the first attempt to the end of the last, waits included
  unsigned attempts = 0;
  std::optional<int> exit_code;  ///< of the last attempt; nothing if it did not exit
};

/// The CA that the guest was to trust.
struct Ca {
  std::string label;
  std::string fingerprint_sha256;
  std::string subject;
  std::chrono::sys_seconds not_after;
};

struct Result {
  std::optional<std::string> id;      ///< nothing: the line had none that could be read
  std::optional<std::string> target;  ///< as for `id`
  std::uint64_t line = 0;
  Status status = Status::ok;
  std::string run;
  /// When the plan was admitted; nothing for a line that never was.
  std::optional<std::chrono::system_clock::time_point> started_at;
  Millis queued{};    ///< from reading the line to admission
  Millis duration{};  ///< from admission to the end
  std::optional<Ca> ca;
  std::vector<Phase> phases;
  std::optional<core::Failure> failure;  ///< set exactly when the status is not ok
  bool leaked = false;  ///< the guest that this run created could not be removed and is still there
};

/// How the status follows from why a plan ended; nothing: it ended ok.
[[nodiscard]] Status status_of(const std::optional<core::Failure>& failure);

/// Longest stdout or stderr that a result carries, in bytes before JSON escapes: both ends of 32
/// KiB that are captured of a child (process::Command::capture) and the line between them. Longer
/// text keeps its beginning and its end.
inline constexpr std::size_t max_output = 2 * 32 * 1024 + 128;

/// The result as one line of JSON with its '\n'. Children's output is trimmed, bounded and has
/// invalid UTF-8 replaced; never throws for any content.
[[nodiscard]] std::string to_line(const Result& result);

}  // namespace smolfleet::results
