// A clock that jumps: hours of waiting pass in no time, and always in the same order.
#pragma once

#include "smolfleet/core/clock.hpp"

#include "loop.hpp"

#include <map>

namespace smolfleet::test {

/// Stands still while anything can run on the loop, then jumps to the next sleeper.
class ManualClock final : public core::Clock {
 public:
  [[nodiscard]] core::TimePoint now() const override { return now_; }
  core::Awaitable<void> sleep_until(core::TimePoint until) override;

  /// Jumps to the next sleeper and wakes those whose time has come. False: nobody sleeps.
  bool jump();

 private:
  core::TimePoint now_{};
  std::multimap<core::TimePoint, core::Bell*> sleepers_;
};

/// As `run_loop`, on this clock. What waits for anything but the clock and the loop never ends.
void run_on_clock(ManualClock& clock, const Task& task);

}  // namespace smolfleet::test
