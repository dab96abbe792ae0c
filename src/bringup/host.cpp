// The turns on a host, and what is known of it.
#include "smolfleet/bringup/host.hpp"

#include "smolfleet/driver/probe.hpp"

#include <utility>

namespace smolfleet::bringup {

using core::Awaitable;
using core::Failure;
using core::FailureCode;
using core::TimePoint;

Host::Host(const core::Executor& executor, const driver::Smolvm& smolvm, process::Runner& runner,
           Widths widths)
    : smolvm_(smolvm),
      runner_(runner),
      asking_(executor, 1),
      create_(executor, widths.create),
      first_boot_(executor, 1),
      boot_(executor, widths.boot) {}

Awaitable<std::expected<driver::Capabilities, Failure>> Host::capabilities(TimePoint until) {
  if (capabilities_) co_return *capabilities_;
  const auto turn = co_await asking_.enter(until);
  if (capabilities_) co_return *capabilities_;
  if (!turn) {
    const bool late = turn.error() == core::Interruption::deadline;
    Failure failure;
    failure.code = late ? FailureCode::timeout : FailureCode::cancelled;
    failure.message = late ? "smolvm did not say in time what it can do"
                           : "cancelled before smolvm had said what it can do";
    co_return std::unexpected(std::move(failure));
  }
  auto answer = co_await driver::probe(smolvm_, runner_);
  if (answer) capabilities_ = *answer;
  co_return answer;
}

Awaitable<Host::Turn> Host::enter_create(TimePoint until) {
  co_return co_await create_.enter(until);
}

Awaitable<Host::Turn> Host::enter_boot(TimePoint until) {
  if (!warm_) {
    auto alone = co_await first_boot_.enter(until);
    if (!alone) co_return alone;
    if (!warm_) co_await look_for_started_machines();
    if (!warm_) co_return alone;
  }
  co_return co_await boot_.enter(until);
}

Awaitable<void> Host::look_for_started_machines() {
  if (std::exchange(looked_, true)) co_return;
  warm_ = co_await driver::host_has_started_machines(smolvm_, runner_);
}

void Host::start_ended(const std::optional<Failure>& failure) {
  warm_ = true;
  if (!failure) started_ = true;
  if (failure && failure->code == FailureCode::host_unfit && !started_) unfit_ = failure;
}

}  // namespace smolfleet::bringup
