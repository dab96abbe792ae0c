// Asking smolvm what it is and what this host has done with it.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/failure.hpp"
#include "smolfleet/driver/capabilities.hpp"
#include "smolfleet/driver/machines.hpp"
#include "smolfleet/driver/smolvm.hpp"
#include "smolfleet/process/runner.hpp"

#include <chrono>
#include <expected>

namespace smolfleet::driver {

/// Runs `--version` and three `--help`s side by side; takes ten seconds at most. Failure: the
/// program could not be run (spawn_failed), did not answer in time (timeout), is no smolvm
/// (smolvm_unsupported), or the task was cancelled. On success the version is set.
[[nodiscard]] core::Awaitable<std::expected<Capabilities, core::Failure>> probe(
    const Smolvm& smolvm, process::Runner& runner);

/// Runs `machine ls --json`, for `at_most` so long. False also when it fails: then the caution
/// costs one serial start.
[[nodiscard]] core::Awaitable<bool> host_has_started_machines(const Smolvm& smolvm,
                                                              process::Runner& runner,
                                                              std::chrono::milliseconds at_most);

/// Runs `machine ls --json` once. Failure: why there is no list.
[[nodiscard]] core::Awaitable<std::expected<Machines, core::Failure>> list_machines(
    const Smolvm& smolvm, process::Runner& runner);

}  // namespace smolfleet::driver
