// Which smolvm there is, and whether it answers.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/failure.hpp"
#include "smolfleet/doctor/finding.hpp"
#include "smolfleet/driver/capabilities.hpp"
#include "smolfleet/driver/smolvm.hpp"
#include "smolfleet/process/runner.hpp"

#include <cstddef>
#include <expected>
#include <optional>
#include <string>

namespace smolfleet::doctor {

struct MachineCounts {
  std::size_t all = 0;
  std::size_t running = 0;
  bool has_started = false;  ///< one that is, or was, up
};

struct Smolvm {
  std::expected<std::string, std::string> program;  ///< its path, or why there is none
  /// What it can do; nothing: there is no program to ask.
  std::optional<std::expected<driver::Capabilities, core::Failure>> can;
  /// What `machine ls --json` shows; nothing: it was not asked, for it did not say what it can do.
  std::optional<std::expected<MachineCounts, core::Failure>> machines;
};

/// Asks it: takes ten seconds for what it is and thirty for its machines at most. Must be awaited
/// in a task of a Scope.
[[nodiscard]] core::Awaitable<void> ask(const driver::Smolvm& smolvm, process::Runner& runner,
                                        Smolvm& facts);

[[nodiscard]] Findings judge(const Smolvm& smolvm);

}  // namespace smolfleet::doctor
