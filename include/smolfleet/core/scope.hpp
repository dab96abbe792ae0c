// The nursery: every task of the program lives in one, and it ends only when all of them have.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/bell.hpp"

#include <exception>
#include <list>
#include <utility>

namespace smolfleet::core {

/// Owns running tasks. Inside a task cancellation is a value and never an exception: what a task
/// awaits returns early and says so, and the task decides how to leave. An exception that a task
/// lets out is a bug: it cancels the others and leaves `join`.
/// Use it through `with_scope` or, when others must be able to end it, through `run`: neither can
/// forget the join. Not movable: tasks refer to it.
class Scope {
 public:
  explicit Scope(Executor executor);
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  /// Asserts that no task is left; C++ has no destructor that could wait for them.
  ~Scope();

  /// Starts `task`, inside the loop at once and up to its first suspension. Its parameters must be
  /// its own: it may outlive the caller's frame, though never this scope. In a scope that was
  /// cancelled it starts with that cancellation in force.
  void spawn(Awaitable<void> task);

  /// Asks every task to end, also those that are spawned later; what a task does behind a `shield`
  /// goes on. Safe to repeat.
  void cancel();

  /// The same without regard to shields: nothing is to be finished any more. Safe to repeat.
  void abandon();

  /// Spawns `first` and joins.
  Awaitable<void> run(Awaitable<void> first);

  /// *Completes when* every task has ended, those spawned meanwhile included.
  /// *On cancellation* passes it on to the tasks and goes on waiting.
  /// Throws the first exception that a task let out.
  Awaitable<void> join();

 private:
  struct Task {
    asio::cancellation_signal signal;
    bool running = false;  ///< has begun and has not ended
  };
  using Tasks = std::list<Task>;
  Awaitable<void> begin(Task& self, Awaitable<void> task);
  void ended(Tasks::iterator self, std::exception_ptr error);
  void tell_all(asio::cancellation_type type);

  Executor executor_;
  Bell all_ended_;
  Tasks tasks_;
  /// Tasks that have ended, whose signals their dying frames may still touch; freed on the next
  /// turn.
  Tasks retired_;
  std::exception_ptr error_;
  /// What the tasks have been asked, and what those that begin later will be.
  asio::cancellation_type asked_ = asio::cancellation_type::none;
};

/// From here to its end the task finishes what it does: of a cancellation, asked for before or
/// after, it sees nothing any more; `Scope::abandon` still reaches it. For clean-up and for answers
/// that somebody waits for. False: the task was abandoned already, and there is no shield.
[[nodiscard]] Awaitable<bool> shield();

/// Runs `body(scope)` and then joins the scope, on every way out; an exception from the body
/// cancels the tasks first and is thrown again when they have ended.
template <class Body>
Awaitable<void> with_scope(Body body) {
  const bool throws = co_await this_coro::throw_if_cancelled();
  co_await this_coro::throw_if_cancelled(false);
  Scope scope(co_await this_coro::executor);
  std::exception_ptr error;
  try {
    co_await body(scope);
  } catch (...) {
    error = std::current_exception();
  }
  if (error) scope.cancel();
  co_await scope.join();
  co_await this_coro::throw_if_cancelled(throws);
  if (error) std::rethrow_exception(error);
}

}  // namespace smolfleet::core
