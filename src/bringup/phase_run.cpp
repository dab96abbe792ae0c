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
using driver::Call;
using driver::Verb;
using process::Outcome;
using std::chrono::milliseconds;

Outcome ended_by(process::End end) {
  return {.end = std::move(end), .out = {}, .err = {}};
}

class PhaseRun {
 public:
  PhaseRun(results::Phase& phase, const results::Subject& guest, PhaseWork work, Frame frame,
           Tools& tools)
      : phase_(phase),
        guest_(guest),
        work_(std::move(work)),
        limit_(work_.calls.front().command.deadline.value()),
        frame_(frame),
        tools_(tools) {}

  Awaitable<std::optional<Failure>> run() {
    const auto begun = tools_.clock.now();
    phase_.start = begun - frame_.admitted;
    until_ = std::min(frame_.until, begun + limit_);
    std::optional<Failure> failure;
    for (auto& call : work_.calls) {
      failure = co_await run_until_final(call);
      if (failure) break;
    }
    // One attempt is one run of the whole phase, however many commands that takes.
    if (was_begun_) phase_.attempts = 1 + retries_;
    phase_.duration = tools_.clock.now() - begun;
    co_return failure;
  }

 private:
  Awaitable<std::optional<Failure>> run_until_final(Call& call) {
    for (unsigned retry = 0;; ++retry) {
      const auto left = std::chrono::ceil<milliseconds>(until_ - tools_.clock.now());
      if (left <= milliseconds::zero()) co_return failed(call.verb, ended_by(process::TimedOut{}));
      call.command.deadline = std::min(left, limit_ / work_.shares);
      auto outcome = co_await tools_.runner.run(call.command);
      note(outcome);
      const auto verdict = driver::classify(call.verb, outcome);
      if (work_.attempts != nullptr) work_.attempts->ended(verdict, outcome);
      if (verdict == driver::Verdict::done) co_return std::nullopt;
      const auto ended = tools_.clock.now();
      const auto resume = next_try(verdict, retry);
      if (!resume) co_return failed(call.verb, std::move(outcome));
      co_await tools_.clock.sleep_until(*resume);
      const bool may_repeat = co_await may_repeat_before_limit();
      const bool cancelled = co_await core::cancelled();
      if (cancelled) co_return failed(call.verb, ended_by(process::Cancelled{}));
      if (!may_repeat) co_return failed(call.verb, std::move(outcome));
      ++retries_;
      tools_.watcher.retried(guest_, phase_.name, tools_.clock.now() - ended);
    }
  }

  Awaitable<bool> may_repeat_before_limit() {
    if (work_.attempts == nullptr) co_return true;
    co_return co_await work_.attempts->may_repeat(until_);
  }

  void note(const Outcome& outcome) {
    if (outcome.had_child) was_begun_ = true;
    const auto* exited = std::get_if<process::Exited>(&outcome.end);
    phase_.exit_code = exited == nullptr ? std::nullopt : std::optional(exited->code);
  }

  /// When to try again; nothing when that would be of no use: what went wrong last then says more
  /// than a deadline would.
  std::optional<TimePoint> next_try(driver::Verdict verdict, unsigned retry) {
    const auto rule = rule_for(verdict, tools_.settle);
    const auto pause = pause_before(rule, retry, tools_.dice.roll());
    if (!pause) return std::nullopt;
    const auto resume = tools_.clock.now() + *pause;
    return resume < until_ ? std::optional(resume) : std::nullopt;
  }

  Failure failed(Verb verb, Outcome outcome) {
    const bool timed_out = std::holds_alternative<process::TimedOut>(outcome.end);
    auto failure = driver::failure_of(verb, phase_.name, guest_.target, std::move(outcome));
    if (timed_out) explain_timeout(failure);
    return failure;
  }

  void explain_timeout(Failure& failure) const {
    if (tools_.clock.now() >= frame_.until) {
      failure.message = fmt::format("{} was reached during {} of {}, which was ended", frame_.limit,
                                    phase_.name, guest_.target);
      failure.hint = fmt::format("Raise {} if it only needs longer.", frame_.limit);
      return;
    }
    failure.message = fmt::format("{} of {} was not over after {:g} s and was ended", phase_.name,
                                  guest_.target, std::chrono::duration<double>(limit_).count());
    failure.hint = fmt::format("Raise the limit if it only needs longer: {}.", work_.raise_limit);
  }

  results::Phase& phase_;
  const results::Subject& guest_;
  PhaseWork work_;
  milliseconds limit_;
  Frame frame_;
  Tools& tools_;
  TimePoint until_;
  unsigned retries_ = 0;
  bool was_begun_ = false;
};

}  // namespace

Awaitable<std::optional<Failure>> record_phase(std::string name, PhaseWork work,
                                               const results::Subject& guest, Frame frame,
                                               Tools& tools, std::vector<results::Phase>& phases) {
  results::Phase phase;
  phase.name = std::move(name);
  tools.watcher.phase_begun(guest, phase.name);
  PhaseRun phase_run(phase, guest, std::move(work), frame, tools);
  auto failure = co_await phase_run.run();
  tools.watcher.phase_ended(guest, phase);
  if (phase.attempts > 0) phases.push_back(std::move(phase));
  co_return failure;
}

}  // namespace smolfleet::bringup
