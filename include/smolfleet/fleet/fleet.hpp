// The run: plans from the feed, each brought up in a task of its own, each answered once.
#pragma once

#include "smolfleet/admission/memory_reserve.hpp"
#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/bringup/teardown.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/gate.hpp"
#include "smolfleet/core/scope.hpp"
#include "smolfleet/fleet/feed.hpp"
#include "smolfleet/fleet/halt.hpp"
#include "smolfleet/fleet/ledger.hpp"
#include "smolfleet/fleet/recovery.hpp"
#include "smolfleet/plan/parse.hpp"
#include "smolfleet/results/result.hpp"
#include "smolfleet/results/writer.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace spdlog {
class logger;
}

namespace smolfleet::fleet {

struct Options {
  std::string run_id;
  std::size_t jobs = 1;  ///< guests in flight, at least 1
  plan::UnknownKeys unknown_keys = plan::UnknownKeys::ignored_outside;
  std::optional<std::chrono::milliseconds> timeout;  ///< of the whole run
  bringup::OnFailure on_failure = bringup::OnFailure::remove;
  HaltRule halt = {};
  bool events = false;                         ///< an event when a plan is admitted
  admission::MemoryReserve* memory = nullptr;  ///< outlives the fleet; nullptr: is not looked at
  journal::Journal* journal = nullptr;  ///< outlives the fleet; nullptr: nothing is written down
};

/// Names that a summary keeps of guests that could not be removed; beyond that they are counted.
inline constexpr std::size_t most_leaked_names = 1000;

/// What became of the run, in numbers and in what went wrong with it as a whole.
struct Summary {
  std::array<std::uint64_t, 4> results{};  ///< by results::Status
  std::optional<std::string> feed_fault;   ///< why the feed could not be read to its end
  bool timed_out = false;                  ///< the run's time limit was reached
  bool halted = false;                     ///< enough plans had failed (--halt)
  std::uint64_t recalled = 0;              ///< of the results: those that the journal knew
  std::uint64_t leaked = 0;                ///< guests of ours that are still there against our will
  std::vector<std::string> leaked_names;   ///< at most most_leaked_names

  [[nodiscard]] std::uint64_t count(results::Status status) const {
    return results[static_cast<std::size_t>(status)];
  }
};

/// Feed × admission × bring-ups × results. What it is given outlives it.
/// It can be ended early in three stages, each safe to repeat, and before `run`. In all of them
/// every plan that was read still gets its result.
class Fleet {
 public:
  Fleet(const core::Executor& executor, Options options, Feed& feed, results::Writer& writer,
        bringup::Services& services, spdlog::logger& log);

  /// *Completes when* the feed has ended or the run was ended early, every plan that was read has
  /// its result, and the results are written. Call it once.
  [[nodiscard]] core::Awaitable<Summary> run();

  /// Reads no more plans; what is in flight is finished.
  void drain();
  /// Ends what is in flight, too, and cleans up behind it.
  void cancel();
  /// Cleans nothing up any more, waits for nobody: children are killed, guests of ours that may be
  /// there are reported as leaked, and results that nobody takes at once are dropped.
  void leave();

  /// Targets whose plans have no result yet, in alphabetical order.
  [[nodiscard]] const std::set<std::string>& in_flight() const { return in_flight_; }

 private:
  /// What a guest in flight holds: a job slot, and memory.
  struct Room {
    core::Gate::Place place;
    admission::MemoryReserve::Claim memory;
  };

  [[nodiscard]] core::Awaitable<void> admit_plans();
  [[nodiscard]] core::Awaitable<void> recover_interrupted(const journal::History& history);
  [[nodiscard]] core::Awaitable<void> admit(const core::Line& line, core::Gate::Place place);
  [[nodiscard]] core::Awaitable<void> answer_unstarted();
  [[nodiscard]] core::Awaitable<void> answer_unstarted(const core::Line& line);
  [[nodiscard]] std::expected<plan::Plan, plan::Rejection> parse(const core::Line& line) const;
  [[nodiscard]] core::Awaitable<void> recall(const plan::Plan& plan, const Entry& entry);
  [[nodiscard]] core::Awaitable<void> bring_up(plan::Plan plan, Entry entry, core::TimePoint read,
                                               Room room);
  [[nodiscard]] core::Awaitable<std::expected<admission::MemoryReserve::Claim, core::Failure>>
  claim_memory(const plan::Plan& plan);
  [[nodiscard]] core::Awaitable<void> answer_unadmitted(const plan::Plan& plan,
                                                        core::Failure failure);
  [[nodiscard]] std::optional<core::Failure> left_by_earlier_run(const plan::Plan& plan);
  [[nodiscard]] core::Awaitable<void> guarded_bring_up(const plan::Plan& plan,
                                                       core::TimePoint admitted,
                                                       bringup::Report& report);
  [[nodiscard]] core::Awaitable<bool> cleaned_up(const plan::Plan& plan, core::TimePoint admitted,
                                                 bringup::Report& report);
  [[nodiscard]] core::Awaitable<void> announce_admission(const plan::Plan& plan);
  [[nodiscard]] core::Awaitable<void> conclude(const plan::Plan& plan, const Entry& entry,
                                               core::TimePoint admitted, bringup::Report& report,
                                               results::Result result);
  [[nodiscard]] std::string sealed(results::Result& result, const bringup::Report& report,
                                   core::TimePoint admitted) const;
  [[nodiscard]] std::string sealed(results::Result& result) const;
  [[nodiscard]] core::Awaitable<void> give(const results::Result& result, const std::string& line);
  [[nodiscard]] core::Awaitable<void> answer(results::Result result, const Entry& entry);
  [[nodiscard]] core::Awaitable<void> reject(plan::Rejection rejection, const Entry& entry);
  void note(const results::Result& result);
  void note_leaked(const std::string& target);
  void log_answer(const results::Result& result);
  void halt_if_enough_failed();
  void begin_deadline();

  Options options_;
  Feed& feed_;
  results::Writer& writer_;
  bringup::Services& services_;
  spdlog::logger& log_;
  Ledger ledger_;
  core::Gate jobs_;
  asio::steady_timer deadline_;
  core::TimePoint until_ = core::never;  ///< of the whole run
  std::set<std::string> in_flight_;      ///< targets
  Recovery recovery_;  ///< of what an earlier run left; who is told of it leaves it
  std::array<std::uint64_t, 4> recalled_{};  ///< of the results, those from the journal
  Summary summary_;
  core::Scope scope_;  ///< last: its tasks use all the others
};

}  // namespace smolfleet::fleet
