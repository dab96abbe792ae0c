// The turns on a host, and what is known of it.
#include "smolfleet/bringup/host.hpp"

#include "smolfleet/driver/probe.hpp"

#include <chrono>
#include <utility>

namespace smolfleet::bringup {

using core::Awaitable;
using core::Failure;
using core::FailureCode;
using core::TimePoint;

Host::Host(const core::Executor& executor, const driver::Smolvm& smolvm, process::Runner& runner,
           core::Clock& clock, const Widths& widths, admission::BootTurns::OnWidth on_boot_width)
    : smolvm_(smolvm),
      runner_(runner),
      clock_(clock),
      asking_(executor, 1),
      create_(executor, widths.create),
      boot_(
          executor, clock, widths.boot,
          [this](TimePoint until) { return has_started_machines(until); },
          std::move(on_boot_width)) {}

namespace {

/// Who waited for smolvm's answer in vain.
Failure no_answer_yet(core::Interruption why) {
  Failure failure;
  failure.phase = "probe";
  if (why == core::Interruption::cancelled) {
    failure.code = FailureCode::cancelled;
    failure.message = "cancelled before smolvm had said what it can do";
    return failure;
  }
  failure.code = FailureCode::timeout;
  failure.message = "the time limit was reached before smolvm had said what it can do";
  failure.hint =
      "Try `smolvm --version` by hand, or raise the plan's timeout_s or the run's --timeout.";
  return failure;
}

/// For so long all who ask share an answer that may be another soon.
constexpr std::chrono::seconds pause_after_failure(5);

/// Whether smolvm will have no other answer later: a busy host answers late, or has no process
/// left, for a while.
bool stays_so(const Failure& failure) {
  const bool ran_well = failure.exit_code == 0;
  return failure.code == FailureCode::smolvm_unsupported && ran_well;
}

}  // namespace

Awaitable<std::expected<driver::Capabilities, Failure>> Host::capabilities(TimePoint until) {
  if (answer_ && clock_.now() < ask_again_) co_return *answer_;
  const auto turn = co_await asking_.enter(until);
  if (answer_ && clock_.now() < ask_again_) co_return *answer_;
  if (!turn) co_return std::unexpected(no_answer_yet(turn.error()));
  auto answer = co_await driver::probe(smolvm_, runner_);
  const bool cancelled = !answer && answer.error().code == FailureCode::cancelled;
  if (cancelled) co_return answer;
  answer_ = answer;
  ask_again_ =
      answer || stays_so(answer.error()) ? core::never : clock_.now() + pause_after_failure;
  co_return answer;
}

Awaitable<Host::Turn> Host::enter_create(TimePoint until) {
  return create_.enter(until);
}

Awaitable<admission::BootTurns::Entered> Host::enter_boot(TimePoint until) {
  return boot_.enter(until);
}

Awaitable<bool> Host::has_started_machines(TimePoint until) const {
  const auto left =
      std::chrono::floor<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  co_return co_await driver::host_has_started_machines(smolvm_, runner_, left);
}

void Host::start_ended(const std::optional<Failure>& failure) {
  boot_.host_started();
  if (!failure) started_ = true;
  if (failure && failure->code == FailureCode::host_unfit && !started_) unfit_ = failure;
}

}  // namespace smolfleet::bringup
