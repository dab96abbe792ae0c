// The clock of the machine.
#include "smolfleet/core/clock.hpp"

namespace smolfleet::core {

TimePoint SteadyClock::now() const {
  return std::chrono::steady_clock::now();
}

Awaitable<void> SteadyClock::sleep_until(TimePoint until) {
  const bool asked = co_await cancelled();
  if (asked) co_return;
  Bell bell(co_await this_coro::executor);
  co_await bell.wait(until);
}

}  // namespace smolfleet::core
