// One line of the feed into a plan, or into the reason why it is none. The only reader of plans'
// JSON; input is hostile.
#pragma once

#include "smolfleet/core/failure.hpp"
#include "smolfleet/plan/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace smolfleet::plan {

/// What to do with keys that the format does not know. Inside `machine` and `steps` they are always
/// refused: a typo there boots the wrong guest. Elsewhere real plans carry much more than smolfleet
/// reads, so that a typo can only be guessed at; `noted_outside` takes the time for that.
enum class UnknownKeys { ignored_outside, noted_outside, refused };

/// A line that is no plan. `failure.code` is invalid_plan; its message names the field as a JSON
/// pointer (RFC 6901).
struct [[nodiscard]] Rejection {
  std::uint64_t line = 0;  ///< where it stood in the feed, from 1
  /// The caller's key and target as far as they could be read, so that the result can be matched.
  std::optional<std::string> id;
  std::optional<std::string> target;
  core::Failure failure;
  std::string pointer = {};  ///< to the field that is to blame; empty: the line
};

/// Deepest nesting of arrays and objects that a plan may have (spec §3).
inline constexpr int max_depth = 64;
/// Most steps: a result tells of each, and so do the events.
inline constexpr std::size_t max_steps = 1000;
/// Longest `id`, in bytes.
inline constexpr std::size_t max_id_length = 1024;

/// Reads one line, without its line end. `number` is its place in the feed, from 1.
/// Never throws for any input; a plan that comes back has passed every check of spec §3 that needs
/// no file and no other plan.
[[nodiscard]] std::expected<Plan, Rejection> parse(std::string_view line, std::uint64_t number,
                                                   UnknownKeys unknown_keys);

/// The rule for machine names (contract §1.1). Returns what is wrong with `name`, or nothing.
[[nodiscard]] std::optional<std::string> name_fault(std::string_view name);

}  // namespace smolfleet::plan
