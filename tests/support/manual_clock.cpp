// Jumping from sleeper to sleeper.
#include "manual_clock.hpp"

namespace smolfleet::test {

core::Awaitable<void> ManualClock::sleep_until(core::TimePoint until) {
  core::Bell bell(co_await core::this_coro::executor);
  const auto self = sleepers_.emplace(until, &bell);
  while (now_ < until) {
    const bool cancelled = co_await core::cancelled();
    if (cancelled) break;
    co_await bell.wait();
  }
  sleepers_.erase(self);
}

bool ManualClock::jump() {
  if (sleepers_.empty()) return false;
  now_ = std::max(now_, sleepers_.begin()->first);
  for (const auto& [until, bell] : sleepers_) {
    if (until > now_) break;
    bell->ring();
  }
  return true;
}

}  // namespace smolfleet::test
