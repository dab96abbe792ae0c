// smolvm's list of machines for a whole run: asked again when it is too old for who wants to know.
#pragma once

#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/bell.hpp"
#include "smolfleet/core/failure.hpp"
#include "smolfleet/core/gate.hpp"
#include "smolfleet/driver/machines.hpp"

#include <optional>
#include <string_view>

namespace smolfleet::fleet {

/// One list for all; who finds it too old at the same time shares one new one.
/// What it is given outlives it.
class Census {
 public:
  Census(const core::Executor& executor, bringup::Tools& tools);

  /// *Completes when* the list is one that smolvm was asked for at `since` or later, on the tools'
  /// clock. Failure: why there is none; the older one stands.
  [[nodiscard]] core::Awaitable<std::optional<core::Failure>> refresh(core::TimePoint since);

  /// As smolvm told last.
  [[nodiscard]] const driver::Machines& machines() const { return machines_; }

  /// To be told that a machine is gone.
  void forget(std::string_view name);

 private:
  bringup::Tools& tools_;
  core::Gate asking_;
  driver::Machines machines_;
  core::TimePoint asked_ = core::TimePoint::min();  ///< last; min(): never
  std::optional<core::Failure> fault_;              ///< of the last time
};

}  // namespace smolfleet::fleet
