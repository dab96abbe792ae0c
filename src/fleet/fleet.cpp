// The run's wiring: one loop that admits, one task per guest, one answer per plan.
#include "smolfleet/fleet/fleet.hpp"

#include "smolfleet/fleet/plan_line.hpp"
#include "smolfleet/results/event.hpp"

#include "fleet/reasons.hpp"

#include <spdlog/logger.h>

#include <algorithm>
#include <exception>
#include <tuple>
#include <utility>

namespace smolfleet::fleet {
namespace {

using admission::MemoryReserve;
using core::Awaitable;
using core::Failure;
using core::TimePoint;
using results::Result;

}  // namespace

Fleet::Fleet(const core::Executor& executor, Options options, Feed& feed, results::Writer& writer,
             bringup::Services& services, spdlog::logger& log)
    : options_(std::move(options)),
      feed_(feed),
      writer_(writer),
      services_(services),
      log_(log),
      ledger_(options_.journal),
      jobs_(executor, options_.jobs),
      deadline_(executor),
      scope_(executor) {}

Awaitable<Summary> Fleet::run() {
  begin_deadline();
  std::exception_ptr error;
  try {
    co_await scope_.run(admit_plans());
  } catch (...) {
    error = std::current_exception();
  }
  deadline_.cancel();
  for (const auto& [target, failure] : recovery_.left_behind)
    note_leaked(target);
  co_await writer_.flush();
  if (error) std::rethrow_exception(error);
  co_return summary_;
}

void Fleet::begin_deadline() {
  if (!options_.timeout) return;
  until_ = services_.tools.clock.now() + *options_.timeout;
  deadline_.expires_at(until_);
  deadline_.async_wait([this](std::error_code error) {
    if (error) return;
    summary_.timed_out = true;
    feed_.stop();
  });
}

void Fleet::drain() {
  feed_.stop();
  if (options_.memory != nullptr) options_.memory->stop();
}

void Fleet::cancel() {
  drain();
  scope_.cancel();
}

void Fleet::leave() {
  cancel();
  services_.tools.runner.hurry();
  writer_.hurry();
  scope_.abandon();
}

Awaitable<void> Fleet::recover_interrupted(const journal::History& history) {
  auto guests = history.leftovers();
  recovery_ = co_await recover(guests, options_.jobs, services_.tools, log_);
  std::erase_if(guests, [this](const journal::Leftover& guest) {
    return recovery_.left_behind.contains(guest.target);
  });
  for (const auto& [target, line] : history.removed()) {
    recovery_.gone.emplace(target, line);
    recovery_.unlisted.insert(target);  // smolvm may reserve the name for a killed create still
  }
  // If it cannot be written down, the journal is broken, and every plan's admission finds out.
  std::ignore = co_await ledger_.removed(guests);
}

/// Reads a line only when there is a place for its guest: the pipe is the queue.
Awaitable<void> Fleet::admit_plans() {
  if (options_.journal != nullptr) co_await recover_interrupted(options_.journal->history());
  while (true) {
    auto place = co_await jobs_.enter(until_);
    if (!place) {
      // The timer of the run's limit may not have had its turn yet.
      if (place.error() == core::Interruption::deadline) summary_.timed_out = true;
      break;
    }
    auto line = co_await feed_.next();
    if (!line) summary_.feed_fault = line.error();
    if (!line || !*line) break;
    co_await admit(**line, std::move(*place));
  }
  co_await answer_unstarted();
}

Awaitable<void> Fleet::admit(const core::Line& line, core::Gate::Place place) {
  const auto read = services_.tools.clock.now();
  auto plan = parse(line);
  if (!plan) co_return co_await reject(std::move(plan).error(), Entry());
  auto entry = ledger_.look_up(line);
  if (entry.answer) co_return co_await recall(*plan, entry);
  if (in_flight_.contains(plan->target)) co_return co_await reject(duplicate(*plan), entry);
  auto memory = co_await claim_memory(*plan);
  if (!memory) co_return co_await answer_unadmitted(*plan, std::move(memory).error());
  in_flight_.insert(plan->target);
  scope_.spawn(bring_up(std::move(*plan), std::move(entry), read,
                        Room{std::move(place), std::move(*memory)}));
}

/// The next plan is not even read before this one has its memory: large guests are not overtaken.
Awaitable<std::expected<MemoryReserve::Claim, Failure>> Fleet::claim_memory(
    const plan::Plan& plan) {
  using Claimed = std::expected<MemoryReserve::Claim, Failure>;
  if (options_.memory == nullptr || !plan.machine) co_return MemoryReserve::Claim();
  const auto size = plan.machine->memory_mib.value_or(driver::default_memory_mib);
  auto claim = co_await options_.memory->claim(size, until_);
  if (claim) co_return std::move(*claim);
  if (claim.error() == admission::Denial::too_large)
    co_return Claimed(std::unexpect, too_large_for_host(plan, size));
  const bool late = summary_.timed_out || claim.error() == admission::Denial::deadline;
  co_return Claimed(std::unexpect, not_started(late));
}

/// In the journal it is a plan that was never begun.
Awaitable<void> Fleet::answer_unadmitted(const plan::Plan& plan, Failure failure) {
  Result result;
  result.id = plan.id;
  result.target = plan.target;
  result.line = plan.line;
  result.failure = std::move(failure);
  co_await answer(std::move(result), Entry());
}

/// Lines that were read along with others before the run was ended are in no pipe any more: nobody
/// but us can answer them. In the journal they are plans that were never begun.
Awaitable<void> Fleet::answer_unstarted() {
  while (auto line = feed_.take_unasked())
    co_await answer_unstarted(*line);
}

Awaitable<void> Fleet::answer_unstarted(const core::Line& line) {
  auto plan = parse(line);
  if (!plan) co_return co_await reject(std::move(plan).error(), Entry());
  const auto entry = ledger_.look_up(line);
  if (entry.answer) co_return co_await recall(*plan, entry);
  co_await answer_unadmitted(*plan, not_started(summary_.timed_out));
}

std::expected<plan::Plan, plan::Rejection> Fleet::parse(const core::Line& line) const {
  return read_plan(line, options_.unknown_keys);
}

/// Keeps its place until the result is on its way: a slow reader holds up the feed, not our memory.
Awaitable<void> Fleet::bring_up(plan::Plan plan, Entry entry, TimePoint read,
                                [[maybe_unused]] Room room) {
  const auto admitted = services_.tools.clock.now();
  Result result;
  result.started_at = std::chrono::system_clock::now();
  result.id = plan.id;
  result.target = plan.target;
  result.line = plan.line;
  result.queued = admitted - read;
  log_.debug("line {}: {} admitted", plan.line, plan.target);
  services_.tools.watcher.admitted(bringup::subject_of(plan));
  bringup::Report report;
  const bool recorded = co_await ledger_.admitted(plan, entry);
  if (!recorded) {
    report.failure = unrecorded(plan);
  } else if (auto left = left_by_earlier_run(plan)) {
    report.failure = std::move(left);
    result.leaked = true;
  } else {
    if (options_.events) co_await announce_admission(plan);
    co_await guarded_bring_up(plan, admitted, report);
  }
  // Cleaning up and answering are finished, unless somebody wants to leave at once.
  std::ignore = co_await core::shield();
  if (report.failure && !result.leaked)
    result.leaked = !co_await cleaned_up(plan, admitted, report);
  result.ca = std::move(report.ca);
  co_await conclude(plan, entry, admitted, report, std::move(result));
}

/// Writes the end down, and gives the answer.
Awaitable<void> Fleet::conclude(const plan::Plan& plan, const Entry& entry, TimePoint admitted,
                                bringup::Report& report, Result result) {
  auto line = sealed(result, report, admitted);
  const bool recorded = co_await ledger_.ended(entry, line);
  if (!recorded && !report.failure) {
    // After a crash nobody would know that it is up: it is as if it had been cancelled. But who may
    // read in the journal that it is up must find it up.
    report.failure = unrecorded(plan);
    result.leaked = ledger_.is_uncertain() || !co_await cleaned_up(plan, admitted, report);
    line = sealed(result, report, admitted);
  }
  in_flight_.erase(plan.target);
  co_await give(result, line);
}

Awaitable<void> Fleet::announce_admission(const plan::Plan& plan) {
  const auto line = results::to_line(results::Event{.kind = results::EventKind::admitted,
                                                    .id = plan.id,
                                                    .target = plan.target,
                                                    .line = plan.line,
                                                    .run = options_.run_id,
                                                    .at = std::chrono::system_clock::now(),
                                                    .phase = {}});
  co_await writer_.write(line);
}

Awaitable<void> Fleet::guarded_bring_up(const plan::Plan& plan, TimePoint admitted,
                                        bringup::Report& report) {
  const auto until = plan.timeout ? std::min(until_, admitted + *plan.timeout) : until_;
  // Told once: whoever comes by this name again finds a create of ours that has ended.
  const bool interrupted = recovery_.unlisted.erase(plan.target) > 0;
  const auto past = interrupted ? bringup::Past::interrupted : bringup::Past::none;
  try {
    co_await bringup::bring_up(plan, past, admitted, until, services_, report);
  } catch (const std::exception& exception) {
    log_.error("line {}, {}: internal failure: {}", plan.line, plan.target, exception.what());
    report.failure = internal_failure(plan);
  }
}

/// Whether no guest of ours is left of the plan, other than the options want.
Awaitable<bool> Fleet::cleaned_up(const plan::Plan& plan, TimePoint admitted,
                                  bringup::Report& report) {
  std::optional<core::Failure> failure;
  try {
    failure =
        co_await bringup::clean_up(plan, options_.on_failure, admitted, services_.tools, report);
  } catch (const std::exception& exception) {
    log_.error("line {}, {}: internal failure: {}", plan.line, plan.target, exception.what());
    failure = internal_failure(plan);
  }
  if (failure)
    log_.error("line {}: {} {} left behind: {}", plan.line, plan.target,
               report.created == bringup::Created::yes ? "is" : "may be", failure->message);
  co_return !failure;
}

/// Completes the result by what has become of the guest; returns its line.
std::string Fleet::sealed(Result& result, const bringup::Report& report, TimePoint admitted) const {
  result.phases = report.phases;
  result.failure = report.failure;
  result.duration = services_.tools.clock.now() - admitted;
  return sealed(result);
}

}  // namespace smolfleet::fleet
