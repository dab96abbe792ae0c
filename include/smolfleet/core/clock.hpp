// Time as something that is handed in, so that waiting can be tested without waiting.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/bell.hpp"

#include <chrono>

namespace smolfleet::core {

/// A monotonic clock on which a task can sleep without holding anything up.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
  /// *Completes* at `until`, or earlier *on cancellation*.
  virtual Awaitable<void> sleep_until(TimePoint until) = 0;
};

/// The clock of the machine: std::chrono::steady_clock and a timer of the loop.
class SteadyClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override;
  Awaitable<void> sleep_until(TimePoint until) override;
};

}  // namespace smolfleet::core
