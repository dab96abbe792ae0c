// The story of one guest: from an admitted plan to a guest that trusts its proxy.
#pragma once

#include "smolfleet/bringup/host.hpp"
#include "smolfleet/bringup/retry.hpp"
#include "smolfleet/ca/staging.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/clock.hpp"
#include "smolfleet/core/failure.hpp"
#include "smolfleet/driver/smolvm.hpp"
#include "smolfleet/plan/plan.hpp"
#include "smolfleet/process/runner.hpp"
#include "smolfleet/results/result.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::bringup {

/// Called once per guest when its CA is installed and verified, however often that was tried.
using OnInstalled = std::function<void(const plan::Plan&, const results::Ca&)>;

/// What a bring-up works with; owned by the run, outlives every guest.
struct Services {
  const driver::Smolvm& smolvm;
  process::Runner& runner;
  Host& host;
  ca::Staging& staging;
  core::Clock& clock;
  Dice& dice;
  /// Pause before a killed exec is run once more.
  std::chrono::milliseconds settle;
  OnInstalled on_installed;
};

/// What became of a guest.
struct Report {
  std::optional<results::Ca> ca;  ///< nothing: its pre-flight failed
  std::vector<results::Phase> phases;
  std::optional<core::Failure> failure;  ///< nothing: the guest is up and provisioned
};

/// Brings one guest up: CA pre-flight, create, start, copy_ca, install_ca, steps; the first failure
/// ends it. `admitted` is when the plan was, `until` the limit of the whole plan; both refer to
/// `services.clock`. `plan` and `services` must outlive the call.
/// *On cancellation* the phase that runs is ended and the failure is `cancelled`.
[[nodiscard]] core::Awaitable<Report> bring_up(const plan::Plan& plan, core::TimePoint admitted,
                                               core::TimePoint until, Services& services);

}  // namespace smolfleet::bringup
