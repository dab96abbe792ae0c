// The gate's queue.
#include "smolfleet/core/gate.hpp"

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

Awaitable<std::expected<Gate::Place, Interruption>> Gate::enter(TimePoint until) {
  using Entered = std::expected<Place, Interruption>;
  const bool ended = co_await cancelled();
  if (ended) co_return Entered(std::unexpect, Interruption::cancelled);
  if (taken_ < width_) {
    ++taken_;
    co_return Entered(Place(this));
  }
  Waiter self{Bell(executor_), false};
  const auto position = queue_.insert(queue_.end(), &self);
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

void Gate::leave() {
  if (queue_.empty()) {
    --taken_;
    return;
  }
  Waiter* next = queue_.front();  // the place passes on without being free in between
  queue_.pop_front();
  next->admitted = true;
  next->bell.ring();
}

}  // namespace smolfleet::core
