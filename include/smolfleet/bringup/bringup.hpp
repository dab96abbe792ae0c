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
#include "smolfleet/results/watcher.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::bringup {

/// Called once per guest when its CA is installed and verified, however often that was tried.
using OnInstalled = std::function<void(const plan::Plan&, const results::Ca&)>;

[[nodiscard]] results::Subject subject_of(const plan::Plan& plan);

/// What any story of a guest works with; owned by the run, outlives every guest.
struct Tools {
  const driver::Smolvm& smolvm;
  process::Runner& runner;
  Host& host;
  core::Clock& clock;
  Dice& dice;
  /// Pause before a killed exec is run once more.
  std::chrono::milliseconds settle;
  results::Watcher& watcher;  ///< is told of phases and retries
};

/// What a bring-up works with besides; as for Tools.
struct Services {
  Tools tools;
  ca::Staging& staging;
  OnInstalled on_installed;
};

/// Whether this run created a plan's guest. `perhaps`: the create was ended half-way.
enum class Created { no, perhaps, yes };

/// What became of a guest.
struct Report {
  std::optional<results::Ca> ca;  ///< nothing: its pre-flight failed
  std::vector<results::Phase> phases;
  std::optional<core::Failure> failure;  ///< nothing: the guest is up and provisioned
  Created created = Created::no;
  std::chrono::system_clock::time_point create_begun;  ///< unless created is `no`
  /// The guest may be what the create of an interrupted part of the run has left.
  bool is_of_earlier_part = false;
};

/// What is known of a plan's machine before it is brought up. `interrupted`: an earlier run may
/// have been killed in the middle of creating it, and smolvm's list does not show it.
enum class Past { none, interrupted };

/// Brings one guest up: CA pre-flight, create, start, copy_ca, install_ca, steps; the first failure
/// ends it. `admitted` is when the plan was, `until` the limit of the whole plan; both refer to
/// `services.tools.clock`. All arguments must outlive the call. What is known so far stands in
/// `report` at any time, also when an exception ends the call. *On cancellation* the phase that
/// runs is ended and the failure is `cancelled`.
[[nodiscard]] core::Awaitable<void> bring_up(const plan::Plan& plan, Past past,
                                             core::TimePoint admitted, core::TimePoint until,
                                             Services& services, Report& report);

}  // namespace smolfleet::bringup
