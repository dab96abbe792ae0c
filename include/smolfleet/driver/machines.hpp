// What smolvm knows of its machines: its list as values, and whose a machine is.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::driver {

/// The labels that every guest carries which smolfleet created, if smolvm has labels (spec §3).
inline constexpr std::string_view run_label = "smolfleet.run";
inline constexpr std::string_view plan_label = "smolfleet.plan";
/// The plan's line in the feed: ids may come twice, with a guest for each.
inline constexpr std::string_view line_label = "smolfleet.line";
/// Which `up` it was: a run that is resumed, or whose id is given twice, has several.
inline constexpr std::string_view invocation_label = "smolfleet.invocation";

/// One entry of `machine ls --json`, as far as smolfleet cares.
struct Machine {
  std::string name;
  std::string state;  ///< "created", "running", "stopped", … (contract §1.3)
  std::chrono::sys_seconds created_at;
  std::map<std::string, std::string> labels;
};

using Machines = std::map<std::string, Machine, std::less<>>;  ///< by name

/// Reads `machine ls --json`. Nothing: it is no such list.
[[nodiscard]] std::optional<Machines> parse_machines(std::string_view json);

/// Who may have created a machine, for finding out whether it was them.
struct Creator {
  std::string run;
  std::string plan;        ///< the plan's id
  std::uint64_t line = 0;  ///< where the plan stood in the feed
  /// Before the command that may have created it was begun.
  std::chrono::system_clock::time_point not_before;
  /// Another guest had the name before, and may have it still: then only a younger one is theirs.
  bool name_was_used = false;
  /// The `up` that ran the command; empty: any of the run.
  std::string invocation = {};
};

/// Whether the machine was created by that plan of that run, and not by a namesake. A smolvm
/// without labels says only when: then a machine that is not older counts as theirs.
[[nodiscard]] bool was_created_by(const Machine& machine, const Creator& creator, bool has_labels);

/// The run that created the machine; nothing: it carries no such label.
[[nodiscard]] std::optional<std::string> run_of(const Machine& machine);

}  // namespace smolfleet::driver
