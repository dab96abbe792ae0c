// Taking guests down.
#include "smolfleet/bringup/teardown.hpp"

#include "smolfleet/driver/classify.hpp"
#include "smolfleet/driver/probe.hpp"

#include "bringup/phase_run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace smolfleet::bringup {
namespace {

using core::Awaitable;
using core::Failure;
using core::FailureCode;
using core::TimePoint;
using driver::Verb;
using MaybeFailure = std::optional<Failure>;

/// How often a command of the clean-up may run into its limit within the phase's.
constexpr unsigned attempts_in_time = 3;

Failure left_alone(const std::string& target) {
  Failure failure;
  failure.code = FailureCode::cancelled;
  failure.message =
      fmt::format("{} was stopped and not deleted, because the run was ended", target);
  return failure;
}

PhaseWork work_of(Verb verb, process::Command command, const std::string& name) {
  PhaseWork work{.calls = {},
                 .raise_limit = fmt::format("--deadline {}=SECONDS", name),
                 .shares = attempts_in_time};
  work.calls.push_back({verb, std::move(command)});
  return work;
}

driver::Creator creator_of(const plan::Plan& plan, const Report& report, const Tools& tools) {
  return {.run = tools.smolvm.run_id(),
          .plan = plan.id,
          .line = plan.line,
          .not_before = report.create_begun,
          .invocation = report.is_of_earlier_part ? std::string() : tools.smolvm.invocation()};
}

/// Whether the guest that a create may have left is there and ours. Failure: smolvm did not say.
Awaitable<std::expected<bool, Failure>> is_there(const plan::Plan& plan, const Report& report,
                                                 Tools& tools) {
  const auto can = co_await tools.host.capabilities(core::never);
  auto machines = co_await list_machines(tools);
  if (!machines) co_return std::unexpected(std::move(machines).error());
  const auto found = machines->find(plan.target);
  co_return found != machines->end() &&
      can&& driver::was_created_by(found->second, creator_of(plan, report, tools),
                                   can->create_label);
}

}  // namespace

Awaitable<MaybeFailure> take_down(const results::Subject& guest, OnFailure how, TimePoint admitted,
                                  Tools& tools, std::vector<results::Phase>& phases) {
  if (how == OnFailure::keep) co_return std::nullopt;
  const Frame frame{.admitted = admitted, .until = core::never};
  auto stop = work_of(Verb::stop, tools.smolvm.stop(guest.target), "stop");
  auto failure = co_await record_phase("stop", std::move(stop), guest, frame, tools, phases);
  if (failure || how == OnFailure::stop) co_return failure;
  const auto turn = co_await tools.host.enter_create(core::never);
  if (!turn) co_return left_alone(guest.target);
  auto remove = work_of(Verb::remove, tools.smolvm.remove(guest.target), "delete");
  co_return co_await record_phase("delete", std::move(remove), guest, frame, tools, phases);
}

Awaitable<MaybeFailure> clean_up(const plan::Plan& plan, OnFailure how, TimePoint admitted,
                                 Tools& tools, Report& report) {
  if (report.created == Created::no || how == OnFailure::keep) co_return std::nullopt;
  if (report.created == Created::perhaps) {
    auto there = co_await is_there(plan, report, tools);
    if (!there) co_return std::move(there).error();
    if (!*there) co_return std::nullopt;
  }
  co_return co_await take_down(subject_of(plan), how, admitted, tools, report.phases);
}

Awaitable<std::expected<driver::Machines, Failure>> list_machines(Tools& tools) {
  for (unsigned retry = 0;; ++retry) {
    auto machines = co_await driver::list_machines(tools.smolvm, tools.runner);
    if (machines) co_return machines;
    const auto pause = pause_before(rule_for(driver::Verdict::retry_harmless, tools.settle), retry,
                                    tools.dice.roll());
    const bool cancelled = co_await core::cancelled();
    if (!pause || cancelled) co_return machines;
    co_await tools.clock.sleep_until(tools.clock.now() + *pause);
  }
}

}  // namespace smolfleet::bringup
