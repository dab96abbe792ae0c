// The gate's queue.
#include "smolfleet/core/gate.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <utility>

namespace smolfleet::core {

Gate::Gate(Executor executor, std::size_t width) : executor_(std::move(executor)), width_(width) {
  assert(width_ > 0);
}

Gate::~Gate() {
  assert(taken_ == 0 && queue_.empty());
}

Awaitable<Gate::Entered> Gate::enter(TimePoint until) {
  const bool ended = co_await cancelled();
  if (ended) co_return Entered(std::unexpect, Interruption::cancelled);
  if (taken_ < width_) {
    ++taken_;
    co_return Entered(Place(this));
  }
  co_return co_await wait(false, until);
}

Awaitable<Gate::Entered> Gate::step_aside(Place place, TimePoint until) {
  if (taken_ <= width_) co_return Entered(std::move(place));
  const bool ended = co_await cancelled();
  if (ended) co_return Entered(std::unexpect, Interruption::cancelled);
  {
    const Place given_up = std::move(place);
  }
  co_return co_await wait(true, until);
}

Awaitable<Gate::Entered> Gate::wait(bool was_in, TimePoint until) {
  Waiter self{Bell(executor_), was_in, false};
  const auto before = was_in ? std::ranges::find(queue_, false, &Waiter::was_in) : queue_.end();
  const auto position = queue_.insert(before, &self);
  while (true) {
    co_await self.bell.wait(until);
    // Being admitted outranks the deadline and the cancellation: the place is ours and must not
    // be lost.
    if (self.admitted) co_return Entered(Place(this));
    const bool asked = co_await cancelled();
    if (!asked && std::chrono::steady_clock::now() < until) continue;
    queue_.erase(position);
    co_return Entered(std::unexpect, asked ? Interruption::cancelled : Interruption::deadline);
  }
}

void Gate::set_width(std::size_t width) {
  assert(width > 0);
  width_ = width;
  admit_waiting();
}

void Gate::leave() {
  --taken_;
  admit_waiting();
}

void Gate::admit_waiting() {
  while (taken_ < width_ && !queue_.empty()) {
    Waiter* const next = queue_.front();
    queue_.pop_front();
    ++taken_;
    next->admitted = true;
    next->bell.ring();
  }
}

}  // namespace smolfleet::core
