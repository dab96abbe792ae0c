// The run's wiring: one loop that admits, one task per guest, one answer per plan.
#include "smolfleet/fleet/fleet.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace smolfleet::fleet {
namespace {

using core::Awaitable;
using core::Failure;
using core::FailureCode;
using core::TimePoint;
using results::Result;

/// An exception around one plan is a bug of ours or the end of memory: it ends that plan, not the
/// run.
Failure internal_failure(const plan::Plan& plan) {
  Failure failure;
  failure.code = FailureCode::spawn_failed;
  failure.message = fmt::format("smolfleet itself failed while it brought up {}", plan.target);
  failure.hint = "Out of memory, or a bug: see the log, lower --jobs, and report it if it stays.";
  return failure;
}

Failure line_too_long() {
  Failure failure;
  failure.code = FailureCode::invalid_plan;
  failure.message = fmt::format("the line is longer than {} bytes", longest_line);
  failure.hint = "Split the plan, or move bulky content into files that its steps copy.";
  return failure;
}

Failure not_started(bool timed_out) {
  Failure failure;
  failure.code = timed_out ? FailureCode::timeout : FailureCode::cancelled;
  failure.message = "the plan was read and not started, because the run was ended";
  failure.hint = "Send it again in the next run.";
  return failure;
}

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
    scope.spawn(admit_plans(scope));
    if (cancelled_) scope.cancel();
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
  until_ = services_.clock.now() + *options_.timeout;
  deadline_.expires_at(until_);
  deadline_.async_wait([this](std::error_code error) {
    if (error) return;
    summary_.timed_out = true;
    feed_.stop();
  });
}

void Fleet::cancel() {
  cancelled_ = true;
  if (scope_ != nullptr) scope_->cancel();
}

/// Reads a line only when there is a place for its guest: the pipe is the queue.
Awaitable<void> Fleet::admit_plans(core::Scope& scope) {
  while (true) {
    auto place = co_await jobs_.enter(until_);
    if (!place) break;
    auto line = co_await feed_.next();
    if (!line) summary_.feed_fault = line.error();
    if (!line || !*line) break;
    const auto read = services_.clock.now();
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
  if (line.too_long) {
    return std::unexpected(
        plan::Rejection{.line = line.number, .id = {}, .target = {}, .failure = line_too_long()});
  }
  auto plan = plan::parse(line.text, line.number, options_.unknown_keys);
  if (!plan) return plan;
  auto duplicate = duplicate_of(*plan);
  if (duplicate) return std::unexpected(std::move(*duplicate));
  return plan;
}

std::optional<plan::Rejection> Fleet::duplicate_of(const plan::Plan& plan) const {
  if (!in_flight_.contains(plan.target)) return std::nullopt;
  plan::Rejection rejection{.line = plan.line, .id = plan.id, .target = plan.target, .failure = {}};
  rejection.failure.code = FailureCode::duplicate_target;
  rejection.failure.message =
      fmt::format("/target: {} is in flight already, from an earlier line", plan.target);
  rejection.failure.hint = "Send the plan again after the first one's result.";
  return rejection;
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
  const auto admitted = services_.clock.now();
  Result result;
  result.started_at = std::chrono::system_clock::now();
  result.id = plan.id;
  result.target = plan.target;
  result.line = plan.line;
  result.queued = admitted - read;
  log_.debug("line {}: {} admitted", plan.line, plan.target);
  auto report = co_await guarded_bring_up(plan, admitted);
  result.ca = std::move(report.ca);
  result.phases = std::move(report.phases);
  result.failure = std::move(report.failure);
  result.duration = services_.clock.now() - admitted;
  in_flight_.erase(plan.target);
  co_await answer(std::move(result));
}

Awaitable<bringup::Report> Fleet::guarded_bring_up(const plan::Plan& plan, TimePoint admitted) {
  const auto until = plan.timeout ? std::min(until_, admitted + *plan.timeout) : until_;
  bringup::Report report;
  try {
    report = co_await bringup::bring_up(plan, admitted, until, services_);
  } catch (const std::exception& exception) {
    log_.error("line {}, {}: internal failure: {}", plan.line, plan.target, exception.what());
    report.failure = internal_failure(plan);
  }
  co_return report;
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
  ++summary_.results[static_cast<std::size_t>(result.status)];
  log_answer(result);
  const auto line = results::to_line(result);
  co_await writer_.write(line);
}

}  // namespace smolfleet::fleet
