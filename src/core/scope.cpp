// The nursery's bookkeeping; the only place that spawns tasks.
#include "smolfleet/core/scope.hpp"

#include <cassert>
#include <utility>

namespace smolfleet::core {
namespace {

/// How the two requests to end travel: as two of Asio's types, of which a shield lets one through.
using Type = asio::cancellation_type;
constexpr auto ordinary = Type::total;
constexpr auto unconditional = Type::terminal;

}  // namespace

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
  co_await this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  self.running = true;
  if (asked_ != Type::none) self.signal.emit(asked_);
  co_await std::move(task);
}

void Scope::cancel() {
  tell_all(ordinary);
}

void Scope::abandon() {
  tell_all(unconditional);
}

void Scope::tell_all(Type type) {
  asked_ |= type;
  // One that has yet to begin is told when it does: Asio would not let it begin at all.
  for (auto& task : tasks_) {
    if (task.running) task.signal.emit(type);
  }
}

Awaitable<void> Scope::run(Awaitable<void> first) {
  spawn(std::move(first));
  return join();
}

Awaitable<void> Scope::join() {
  auto passed_on = Type::none;
  while (!tasks_.empty()) {
    const auto asked = (co_await this_coro::cancellation_state).cancelled();
    if (asked != std::exchange(passed_on, asked)) tell_all(asked);
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

Awaitable<bool> shield() {
  const auto asked = (co_await this_coro::cancellation_state).cancelled();
  if ((asked & unconditional) != Type::none) co_return false;
  co_await this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
  co_return true;
}

}  // namespace smolfleet::core
