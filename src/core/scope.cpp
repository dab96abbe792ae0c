// The nursery's bookkeeping; the only place that spawns tasks.
#include "smolfleet/core/scope.hpp"

#include <cassert>
#include <utility>

namespace smolfleet::core {
Scope::Scope(Executor executor) : executor_(std::move(executor)), all_ended_(executor_) {}

Scope::~Scope() {
  assert(tasks_.empty() && "a scope must be joined before it ends");
}

void Scope::spawn(Awaitable<void> task) {
  retired_.clear();
  const auto self = tasks_.emplace(tasks_.end());
  auto on_end = [this, self](std::exception_ptr error) { ended(self, std::move(error)); };
  asio::co_spawn(executor_, begin(*self, std::move(task)),
                 asio::bind_cancellation_slot(self->signal.slot(), std::move(on_end)));
}

Awaitable<void> Scope::begin(Task& self, Awaitable<void> task) {
  co_await this_coro::throw_if_cancelled(false);
  self.running = true;
  if (cancelled_) self.signal.emit(asio::cancellation_type::terminal);
  co_await std::move(task);
}

void Scope::cancel() {
  cancelled_ = true;
  // One that has yet to begin is told when it does: Asio would not let it begin at all.
  for (auto& task : tasks_) {
    if (task.running) task.signal.emit(asio::cancellation_type::terminal);
  }
}

Awaitable<void> Scope::join() {
  bool passed_on = false;
  while (!tasks_.empty()) {
    const bool asked = co_await core::cancelled();
    if (asked && !std::exchange(passed_on, true)) cancel();
    co_await all_ended_.wait();
  }
  retired_.clear();
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void Scope::ended(Tasks::iterator self, std::exception_ptr error) {
  self->running = false;
  retired_.splice(retired_.end(), tasks_, self);
  if (error && !error_) error_ = error;
  if (error) cancel();
  if (tasks_.empty()) all_ended_.ring();
}

}  // namespace smolfleet::core
