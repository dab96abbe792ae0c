// Asking smolvm what it is and what this host has done with it.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/failure.hpp"
#include "smolfleet/driver/capabilities.hpp"
#include "smolfleet/driver/smolvm.hpp"
#include "smolfleet/process/runner.hpp"

#include <expected>

namespace smolfleet::driver {

/// Runs `--version` and three `--help`s side by side. Failure: smolvm could not be run at all
/// (spawn_failed), did not answer in time (timeout), or the task was cancelled.
[[nodiscard]] core::Awaitable<std::expected<Capabilities, core::Failure>> probe(
    const Smolvm& smolvm, process::Runner& runner);

/// Runs `machine ls --json`. False also when it fails: then the caution costs one serial start.
[[nodiscard]] core::Awaitable<bool> host_has_started_machines(const Smolvm& smolvm,
                                                              process::Runner& runner);

}  // namespace smolfleet::driver
