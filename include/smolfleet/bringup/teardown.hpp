// The other story of a guest: how it is taken down, in the order that smolvm needs.
#pragma once

#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/failure.hpp"
#include "smolfleet/driver/machines.hpp"
#include "smolfleet/plan/plan.hpp"
#include "smolfleet/results/result.hpp"

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::bringup {

/// What is done with a guest that this run created and whose plan did not end ok.
enum class OnFailure { remove, stop, keep };

/// Takes a guest down: `stop`, which also finds the VM of an interrupted start, and then `delete`
/// (contract §4.6); with OnFailure::stop only the first, with keep nothing. A guest that is not
/// there is no failure, so it can be repeated. No start of the guest may still be running.
/// Returns why the guest is still there, or nothing; appends what was done to `phases`.
/// *On cancellation* it stops where it is: behind a core::shield it finishes.
[[nodiscard]] core::Awaitable<std::optional<core::Failure>> take_down(
    const results::Subject& guest, OnFailure how, core::TimePoint admitted, Tools& tools,
    std::vector<results::Phase>& phases);

/// Takes down what a plan that did not end ok has created. A create that was ended half-way may
/// have created the guest or not: then smolvm's list tells, by the labels. A guest that was there
/// before is never touched. Appends to `report.phases`. Returns why a guest of ours is still there.
[[nodiscard]] core::Awaitable<std::optional<core::Failure>> clean_up(const plan::Plan& plan,
                                                                     OnFailure how,
                                                                     core::TimePoint admitted,
                                                                     Tools& tools, Report& report);

/// What smolvm knows of its machines, asked up to five times. Failure: why it did not say.
[[nodiscard]] core::Awaitable<std::expected<driver::Machines, core::Failure>> list_machines(
    Tools& tools);

}  // namespace smolfleet::bringup
