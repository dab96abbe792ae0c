// Answers on their way out: rejections, recorded ones, and what a result means for the run.
#include "smolfleet/fleet/fleet.hpp"

#include "fleet/reasons.hpp"

#include <spdlog/logger.h>

#include <tuple>
#include <utility>

namespace smolfleet::fleet {

using core::Awaitable;
using results::Result;
using results::Status;

Awaitable<void> Fleet::reject(plan::Rejection rejection, const Entry& entry) {
  Result result;
  result.id = std::move(rejection.id);
  result.target = std::move(rejection.target);
  result.line = rejection.line;
  result.failure = std::move(rejection.failure);
  co_await answer(std::move(result), entry);
}

/// The answer of an earlier run stands.
Awaitable<void> Fleet::recall(const plan::Plan& plan, const Entry& entry) {
  const bool is_gone = recovery_.gone.contains({plan.target, entry.answer->line});
  const auto line = ledger_.line_of(*entry.answer, plan.line, is_gone);
  if (!line) co_return co_await answer_unadmitted(plan, unreadable(plan, line.error()));
  ++summary_.recalled;
  ++summary_.results[static_cast<std::size_t>(entry.answer->status)];
  ++recalled_[static_cast<std::size_t>(entry.answer->status)];
  services_.tools.watcher.recalled(entry.answer->status);
  co_await writer_.write(*line);
}

Awaitable<void> Fleet::answer(Result result, const Entry& entry) {
  const auto line = sealed(result);
  // If it cannot be written down, the plan is answered so again when it comes again.
  std::ignore = co_await ledger_.ended(entry, line);
  co_await give(result, line);
}

std::string Fleet::sealed(Result& result) const {
  result.run = options_.run_id;
  result.status = results::status_of(result.failure);
  return results::to_line(result);
}

Awaitable<void> Fleet::give(const Result& result, const std::string& line) {
  note(result);
  services_.tools.watcher.answered(result);
  log_answer(result);
  co_await writer_.write(line);
}

void Fleet::log_answer(const Result& result) {
  const auto target = result.target.value_or("(no target)");
  if (result.failure) {
    const auto said = core::last_words(*result.failure);
    log_.warn("line {}: {} {}: {}{}{}", result.line, target, results::to_string(result.status),
              result.failure->message, said.empty() ? "" : "; it said: ", said);
  } else {
    log_.debug("line {}: {} ok after {:.0f} ms", result.line, target, result.duration.count());
  }
}

void Fleet::note(const Result& result) {
  ++summary_.results[static_cast<std::size_t>(result.status)];
  if (result.leaked) note_leaked(result.target.value());
  halt_if_enough_failed();
}

void Fleet::note_leaked(const std::string& target) {
  ++summary_.leaked;
  if (summary_.leaked_names.size() < most_leaked_names) summary_.leaked_names.push_back(target);
}

/// Why the plan's guest cannot be created: an earlier run has left one, and it would not go. Told
/// once.
std::optional<core::Failure> Fleet::left_by_earlier_run(const plan::Plan& plan) {
  if (!plan.machine) return std::nullopt;
  auto left = recovery_.left_behind.extract(plan.target);
  if (left.empty()) return std::nullopt;
  return still_there(plan, left.mapped());
}

void Fleet::halt_if_enough_failed() {
  const auto fresh = [this](Status status) {
    return summary_.count(status) - recalled_[static_cast<std::size_t>(status)];
  };
  const auto failures = fresh(Status::failed) + fresh(Status::rejected);
  const auto results = failures + fresh(Status::ok) + fresh(Status::cancelled);
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
