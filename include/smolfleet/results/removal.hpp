// A removal: the one answer to a guest that was to be taken down, as a value and as its line of
// JSON.
#pragma once

#include "smolfleet/core/failure.hpp"
#include "smolfleet/results/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::results {

/// `gone`: it was not there. `skipped`: it is not smolfleet's to remove. `rejected`: the line names
/// no guest that could be read. `cancelled`: the run was ended first, and it may still be there.
enum class RemovalStatus { removed, gone, skipped, failed, rejected, cancelled };
inline constexpr std::size_t removal_statuses = 6;

[[nodiscard]] std::string_view to_string(RemovalStatus status);

struct Removal {
  std::optional<std::string> target;  ///< nothing: the line had none that could be read
  std::optional<std::string> id;      ///< the plan's; nothing as for `target`
  std::optional<std::uint64_t> line;  ///< of the input, from 1; nothing: --run named the guest
  std::optional<std::string> run;     ///< that created the guest; nothing: not known
  RemovalStatus status = RemovalStatus::removed;
  Millis duration{};  ///< from the guest's admission to the end
  std::vector<Phase> phases;
  std::optional<core::Failure> failure;  ///< set exactly when it is neither removed nor gone
};

/// How the status follows from why a guest was not taken down.
[[nodiscard]] RemovalStatus status_of(const core::Failure& failure);

/// The removal as one line of JSON with its '\n'. As for results, it never throws for any content.
[[nodiscard]] std::string to_line(const Removal& removal);

}  // namespace smolfleet::results
