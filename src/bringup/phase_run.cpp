// Running one phase: try, judge, pause, try again.
#include "bringup/phase_run.hpp"

#include "smolfleet/core/bell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace smolfleet::bringup {
namespace {

using core::Awaitable;
using core::Failure;
using core::TimePoint;
using driver::Verb;
using process::Command;
using process::Outcome;
using std::chrono::milliseconds;

Outcome ended_by(process::End end) {
  return {.end = std::move(end), .out = {}, .err = {}};
}

class PhaseRun {
 public:
  PhaseRun(results::Phase& phase, Verb verb, const std::string& target, Frame frame,
           Services& services)
      : phase_(phase), verb_(verb), target_(target), frame_(frame), services_(services) {}

  Awaitable<std::optional<Failure>> run(std::vector<Command> commands) {
    const auto begun = services_.clock.now();
    phase_.start = begun - frame_.admitted;
    phase_.attempts = 1;
    until_ = std::min(frame_.until, begun + commands.front().deadline.value());
    std::optional<Failure> failure;
    for (auto& command : commands) {
      failure = co_await run_until_final(std::move(command));
      if (failure) break;
    }
    phase_.duration = services_.clock.now() - begun;
    co_return failure;
  }

 private:
  Awaitable<std::optional<Failure>> run_until_final(Command command) {
    unsigned retries = 0;
    while (true) {
      const auto left = std::chrono::ceil<milliseconds>(until_ - services_.clock.now());
      if (left <= milliseconds::zero()) co_return failed(ended_by(process::TimedOut{}));
      command.deadline = left;
      auto outcome = co_await services_.runner.run(command);
      const auto* exited = std::get_if<process::Exited>(&outcome.end);
      phase_.exit_code = exited == nullptr ? std::nullopt : std::optional(exited->code);
      const auto verdict = driver::classify(verb_, outcome);
      if (verdict == driver::Verdict::done) co_return std::nullopt;
      const auto resume = next_try(verdict, retries++);
      if (!resume) co_return failed(std::move(outcome));
      co_await services_.clock.sleep_until(*resume);
      const bool cancelled = co_await core::cancelled();
      if (cancelled) co_return failed(ended_by(process::Cancelled{}));
      ++phase_.attempts;
    }
  }

  /// When to try again; nothing when that would be of no use: what went wrong last then says more
  /// than a deadline would.
  std::optional<TimePoint> next_try(driver::Verdict verdict, unsigned retries) {
    const auto rule = rule_for(verdict, services_.settle);
    const auto pause = pause_before(rule, retries, services_.dice.roll());
    if (!pause) return std::nullopt;
    const auto resume = services_.clock.now() + *pause;
    return resume < until_ ? std::optional(resume) : std::nullopt;
  }

  Failure failed(Outcome outcome) {
    const bool timed_out = std::holds_alternative<process::TimedOut>(outcome.end);
    auto failure = driver::failure_of(verb_, phase_.name, target_, std::move(outcome));
    if (timed_out && services_.clock.now() >= frame_.until) {
      failure.message = fmt::format("the time limit was reached during {} of {}, which was ended",
                                    phase_.name, target_);
      failure.hint = "Raise the plan's timeout_s or the run's --timeout if it only needs longer.";
    }
    return failure;
  }

  results::Phase& phase_;
  Verb verb_;
  const std::string& target_;
  Frame frame_;
  Services& services_;
  TimePoint until_;
};

}  // namespace

Awaitable<std::optional<Failure>> run_phase(results::Phase& phase, Verb verb,
                                            const std::string& target,
                                            std::vector<Command> commands, Frame frame,
                                            Services& services) {
  PhaseRun phase_run(phase, verb, target, frame, services);
  co_return co_await phase_run.run(std::move(commands));
}

}  // namespace smolfleet::bringup
