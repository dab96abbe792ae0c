// The run: plans from the feed, each brought up in a task of its own, each answered once.
#pragma once

#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/gate.hpp"
#include "smolfleet/core/scope.hpp"
#include "smolfleet/fleet/feed.hpp"
#include "smolfleet/plan/parse.hpp"
#include "smolfleet/results/result.hpp"
#include "smolfleet/results/writer.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <unordered_set>

namespace spdlog {
class logger;
}

namespace smolfleet::fleet {

struct Options {
  std::string run_id;
  std::size_t jobs = 1;  ///< guests in flight, at least 1
  plan::UnknownKeys unknown_keys = plan::UnknownKeys::ignored_outside;
  std::optional<std::chrono::milliseconds> timeout;  ///< of the whole run
};

/// What became of the run, in numbers and in what went wrong with it as a whole.
struct Summary {
  std::array<std::uint64_t, 4> results{};  ///< by results::Status
  std::optional<std::string> feed_fault;   ///< why the feed could not be read to its end
  bool timed_out = false;                  ///< the run's time limit was reached

  [[nodiscard]] std::uint64_t count(results::Status status) const {
    return results[static_cast<std::size_t>(status)];
  }
};

/// Feed × admission × bring-ups × results. What it is given outlives it.
class Fleet {
 public:
  Fleet(const core::Executor& executor, Options options, Feed& feed, results::Writer& writer,
        bringup::Services& services, spdlog::logger& log);

  /// *Completes when* the feed has ended or was cancelled, every plan that was read has its result,
  /// and the results are written. Call it once.
  [[nodiscard]] core::Awaitable<Summary> run();

  /// Reads no more and ends what is in flight; every plan that was read still gets its result. Safe
  /// to repeat, and before `run`.
  void cancel();

 private:
  [[nodiscard]] core::Awaitable<void> admit_plans(core::Scope& scope);
  [[nodiscard]] core::Awaitable<void> answer_unstarted();
  [[nodiscard]] std::expected<plan::Plan, plan::Rejection> parse(const Line& line) const;
  [[nodiscard]] core::Awaitable<void> bring_up(plan::Plan plan, core::TimePoint read,
                                               core::Gate::Place place);
  [[nodiscard]] core::Awaitable<bringup::Report> guarded_bring_up(const plan::Plan& plan,
                                                                  core::TimePoint admitted);
  [[nodiscard]] core::Awaitable<void> answer(results::Result result);
  void log_answer(const results::Result& result);
  [[nodiscard]] core::Awaitable<void> reject(plan::Rejection rejection);
  [[nodiscard]] std::optional<plan::Rejection> duplicate_of(const plan::Plan& plan) const;
  void begin_deadline();

  Options options_;
  Feed& feed_;
  results::Writer& writer_;
  bringup::Services& services_;
  spdlog::logger& log_;
  core::Gate jobs_;
  asio::steady_timer deadline_;
  core::TimePoint until_ = core::never;  ///< of the whole run
  core::Scope* scope_ = nullptr;         ///< while `run` runs
  bool cancelled_ = false;
  std::unordered_set<std::string> in_flight_;  ///< targets
  Summary summary_;
};

}  // namespace smolfleet::fleet
