// Running tasks in tests.
#include "loop.hpp"

#include "smolfleet/core/scope.hpp"

#include "manual_clock.hpp"

#include <unistd.h>

#include <exception>
#include <optional>

namespace smolfleet::test {
namespace {

constexpr unsigned hard_limit_seconds = 120;

/// SIGALRM ends the process, whatever it hangs in.
class HardLimit {
 public:
  HardLimit() { ::alarm(hard_limit_seconds); }
  HardLimit(const HardLimit&) = delete;
  HardLimit& operator=(const HardLimit&) = delete;
  ~HardLimit() { ::alarm(0); }
};

/// One task in a scope of its own, which can be cancelled from outside the loop.
class Root {
 public:
  Root(asio::io_context& loop, const Task& task) : scope_(loop.get_executor()) {
    scope_.spawn(task());
    asio::co_spawn(loop, join(), [this](std::exception_ptr error) {
      ended_ = true;
      error_ = std::move(error);
    });
  }
  void cancel() { scope_.cancel(); }
  [[nodiscard]] bool ended() const { return ended_; }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  core::Awaitable<void> join() { co_await scope_.join(); }

  core::Scope scope_;
  bool ended_ = false;
  std::exception_ptr error_;
};

}  // namespace

void run_loop(const Task& task) {
  const HardLimit limit;
  asio::io_context loop(1);
  Root root(loop, task);
  loop.run();
  root.rethrow();
}

void run_on_clock(ManualClock& clock, const Task& task) {
  const HardLimit limit;
  asio::io_context loop(1);
  Root root(loop, task);
  while (true) {
    loop.poll();
    if (root.ended() || !clock.jump()) break;
  }
  loop.run();
  root.rethrow();
}

CancelledRun run_and_cancel_after(std::size_t handlers, const Task& task,
                                  const std::function<void()>& cancel) {
  const HardLimit limit;
  asio::io_context loop(1);
  CancelledRun result;
  Root root(loop, task);
  while (result.handlers < handlers && loop.run_one() > 0)
    ++result.handlers;
  result.was_in_flight = !root.ended();
  if (cancel) {
    cancel();
  } else {
    root.cancel();
  }
  result.handlers += loop.run();
  root.rethrow();
  return result;
}

}  // namespace smolfleet::test
