// The run's wiring: one loop that admits, one task per guest, one answer per plan.
#include "smolfleet/fleet/fleet.hpp"

#include "smolfleet/results/event.hpp"

#include "fleet/reasons.hpp"

#include <spdlog/logger.h>

#include <algorithm>
#include <exception>
#include <tuple>
#include <utility>

namespace smolfleet::fleet {
namespace {

using core::Awaitable;
using core::TimePoint;
using results::Result;
using results::Status;

}  // namespace

Fleet::Fleet(const core::Executor& executor, Options options, Feed& feed, results::Writer& writer,
             bringup::Services& services, spdlog::logger& log)
    : options_(std::move(options)),
      feed_(feed),
      writer_(writer),
      services_(services),
      log_(log),
      jobs_(executor, options_.jobs),
      deadline_(executor) {}

Awaitable<Summary> Fleet::run() {
  begin_deadline();
  auto body = [this](core::Scope& scope) {
    scope_ = &scope;
    if (cancelled_) scope.cancel();
    if (left_) scope.abandon();
    scope.spawn(admit_plans(scope));
    return scope.join();
  };
  std::exception_ptr error;
  try {
    co_await core::with_scope(body);
  } catch (...) {
    error = std::current_exception();
  }
  scope_ = nullptr;
  deadline_.cancel();
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
}

void Fleet::cancel() {
  drain();
  cancelled_ = true;
  if (scope_ != nullptr) scope_->cancel();
}

void Fleet::leave() {
  cancel();
  left_ = true;
  services_.tools.runner.hurry();
  writer_.hurry();
  if (scope_ != nullptr) scope_->abandon();
}

/// Reads a line only when there is a place for its guest: the pipe is the queue.
Awaitable<void> Fleet::admit_plans(core::Scope& scope) {
  while (true) {
    auto place = co_await jobs_.enter(until_);
    if (!place) break;
    auto line = co_await feed_.next();
    if (!line) summary_.feed_fault = line.error();
    if (!line || !*line) break;
    const auto read = services_.tools.clock.now();
    auto plan = parse(**line);
    if (plan) {
      in_flight_.insert(plan->target);
      scope.spawn(bring_up(std::move(*plan), read, std::move(*place)));
    } else {
      co_await reject(std::move(plan).error());
    }
  }
  co_await answer_unstarted();
}

/// Lines that were read along with others before the run was ended are in no pipe any more: nobody
/// but us can answer them.
Awaitable<void> Fleet::answer_unstarted() {
  while (auto line = feed_.take_unasked()) {
    auto plan = parse(*line);
    if (!plan) {
      co_await reject(std::move(plan).error());
      continue;
    }
    Result result;
    result.id = std::move(plan->id);
    result.target = std::move(plan->target);
    result.line = plan->line;
    result.failure = not_started(summary_.timed_out);
    co_await answer(std::move(result));
  }
}

std::expected<plan::Plan, plan::Rejection> Fleet::parse(const Line& line) const {
  if (line.too_long) return std::unexpected(too_long(line));
  auto plan = plan::parse(line.text, line.number, options_.unknown_keys);
  if (plan && in_flight_.contains(plan->target)) return std::unexpected(duplicate(*plan));
  return plan;
}

Awaitable<void> Fleet::reject(plan::Rejection rejection) {
  Result result;
  result.id = std::move(rejection.id);
  result.target = std::move(rejection.target);
  result.line = rejection.line;
  result.failure = std::move(rejection.failure);
  co_await answer(std::move(result));
}

/// Keeps its place until the result is on its way: a slow reader holds up the feed, not our memory.
Awaitable<void> Fleet::bring_up(plan::Plan plan, TimePoint read,
                                [[maybe_unused]] core::Gate::Place place) {
  const auto admitted = services_.tools.clock.now();
  Result result;
  result.started_at = std::chrono::system_clock::now();
  result.id = plan.id;
  result.target = plan.target;
  result.line = plan.line;
  result.queued = admitted - read;
  log_.debug("line {}: {} admitted", plan.line, plan.target);
  bringup::Report report;
  if (options_.events) co_await announce_admission(plan);
  co_await guarded_bring_up(plan, admitted, report);
  // Cleaning up and answering are finished, unless somebody wants to leave at once.
  std::ignore = co_await core::shield();
  if (report.failure) result.leaked = !co_await cleaned_up(plan, admitted, report);
  result.ca = std::move(report.ca);
  result.phases = std::move(report.phases);
  result.failure = std::move(report.failure);
  result.duration = services_.tools.clock.now() - admitted;
  in_flight_.erase(plan.target);
  co_await answer(std::move(result));
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
  try {
    co_await bringup::bring_up(plan, admitted, until, services_, report);
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
    log_.error("line {}: {} is left behind: {}", plan.line, plan.target, failure->message);
  co_return !failure;
}

void Fleet::log_answer(const Result& result) {
  const auto target = result.target.value_or("(no target)");
  if (result.failure) {
    log_.warn("line {}: {} {}: {}", result.line, target, results::to_string(result.status),
              result.failure->message);
  } else {
    log_.debug("line {}: {} ok after {:.0f} ms", result.line, target, result.duration.count());
  }
}

Awaitable<void> Fleet::answer(Result result) {
  result.run = options_.run_id;
  result.status = results::status_of(result.failure);
  note(result);
  log_answer(result);
  const auto line = results::to_line(result);
  co_await writer_.write(line);
}

void Fleet::note(const Result& result) {
  ++summary_.results[static_cast<std::size_t>(result.status)];
  if (result.leaked) {
    ++summary_.leaked;
    if (summary_.leaked_names.size() < most_leaked_names)
      summary_.leaked_names.push_back(result.target.value());
  }
  halt_if_enough_failed();
}

void Fleet::halt_if_enough_failed() {
  const auto failures = summary_.count(Status::failed) + summary_.count(Status::rejected);
  const auto results = failures + summary_.count(Status::ok) + summary_.count(Status::cancelled);
  if (summary_.halted || !is_reached(options_.halt, failures, results)) return;
  summary_.halted = true;
  const bool now = options_.halt.when == HaltRule::When::now;
  log_.warn("--halt: {} of {} plans have failed; {}", failures, results,
            now ? "what is in flight is cancelled" : "what is in flight is finished");
  if (now) {
    cancel();
  } else {
    drain();
  }
}

}  // namespace smolfleet::fleet
