// The one way in which a coroutine waits for something that the loop will tell it.
#pragma once

#include "smolfleet/core/asio.hpp"

#include <chrono>

namespace smolfleet::core {

using TimePoint = std::chrono::steady_clock::time_point;

/// "No limit" for everything that takes a point in time.
inline constexpr TimePoint never = TimePoint::max();

/// A bell that one coroutine at a time waits for and any handler rings. It carries no state: the
/// waiter looks at the facts before it waits and again when it was woken, so a ring that nobody
/// waits for is lost, and waking without a reason does no harm.
/// Built on a timer, so that a deadline costs nothing extra.
class Bell {
 public:
  explicit Bell(Executor executor) : timer_(std::move(executor)) {}

  /// Completes at the next `ring`, at `until`, or when the task is cancelled; never throws for a
  /// cancellation in a task of a Scope. Which of the three it was, the facts tell.
  Awaitable<void> wait(TimePoint until = never) {
    timer_.expires_at(until);
    co_await timer_.async_wait(as_value);
  }

  /// Wakes the waiter, from a handler of the loop. Does not run it: it runs later, on the loop.
  void ring() { timer_.cancel(); }

 private:
  asio::steady_timer timer_;
};

/// Whether this task has been asked to end. It may finish its clean-up; it should begin nothing
/// new.
[[nodiscard]] inline Awaitable<bool> cancelled() {
  const auto state = co_await this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

}  // namespace smolfleet::core
