// The run of `down`: guests that lines or --run name, each taken down in a task of its own, each
// answered once.
#pragma once

#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/failure.hpp"
#include "smolfleet/core/gate.hpp"
#include "smolfleet/core/scope.hpp"
#include "smolfleet/driver/capabilities.hpp"
#include "smolfleet/fleet/census.hpp"
#include "smolfleet/fleet/claim.hpp"
#include "smolfleet/fleet/feed.hpp"
#include "smolfleet/fleet/name_turns.hpp"
#include "smolfleet/plan/parse.hpp"
#include "smolfleet/results/removal.hpp"
#include "smolfleet/results/writer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace spdlog {
class logger;
}

namespace smolfleet::fleet {

struct RemovalOptions {
  std::string run;       ///< only guests of this run; empty: of any
  std::size_t jobs = 1;  ///< guests at a time, at least 1
};

/// Names that a summary keeps of guests that may still be there; beyond that they are counted.
inline constexpr std::size_t most_remaining_names = 1000;

/// What became of the run.
struct RemovalSummary {
  std::array<std::uint64_t, results::removal_statuses> answers{};  ///< by results::RemovalStatus
  std::optional<std::string> feed_fault;  ///< why the input could not be read to its end
  std::optional<core::Failure> unable;    ///< why nothing could be begun
  std::uint64_t remaining = 0;            ///< guests that failed or were cancelled
  std::vector<std::string> remaining_names;

  [[nodiscard]] std::uint64_t count(results::RemovalStatus status) const {
    return answers[static_cast<std::size_t>(status)];
  }
};

/// Lines × claims × take-downs × answers. What it is given outlives it.
/// It can be ended early in three stages, as a Fleet; what was read is answered in all of them.
class Removals {
 public:
  /// `feed`: nullptr takes down all guests of `options.run`, which is not empty then.
  Removals(const core::Executor& executor, RemovalOptions options, Feed* feed,
           results::Writer& writer, bringup::Tools& tools, spdlog::logger& log);

  /// *Completes when* the input has ended or the run was ended early, everything that was named has
  /// its answer, and the answers are written. Call it once.
  [[nodiscard]] core::Awaitable<RemovalSummary> run();

  /// Reads no more; what is under way is finished.
  void drain();
  /// Ends what is under way, too.
  void cancel();
  /// Waits for nobody: children are killed, answers that nobody takes at once are dropped.
  void leave();

  /// Guests that are being taken down, in alphabetical order.
  [[nodiscard]] std::vector<std::string> in_flight() const { return turns_.names(); }

 private:
  using Place = core::Gate::Place;
  [[nodiscard]] core::Awaitable<void> take_claims();
  [[nodiscard]] core::Awaitable<bool> prepare();
  [[nodiscard]] std::optional<core::Failure> unfit(const driver::Capabilities& can) const;
  [[nodiscard]] core::Awaitable<void> take_from_feed();
  [[nodiscard]] core::Awaitable<void> take_from_list();
  [[nodiscard]] core::Awaitable<void> answer_unstarted();
  [[nodiscard]] core::Awaitable<void> remove(Claim claim, Place place);
  [[nodiscard]] core::Awaitable<void> guarded_take_down(const Claim& claim,
                                                        core::TimePoint admitted,
                                                        results::Removal& removal);
  [[nodiscard]] core::Awaitable<void> take_down(const Claim& claim, core::TimePoint admitted,
                                                results::Removal& removal);
  [[nodiscard]] core::Awaitable<void> take_down_ours(const Claim& claim, core::TimePoint admitted,
                                                     results::Removal& removal);
  [[nodiscard]] core::Awaitable<std::expected<Judgement, core::Failure>> look_up(
      const Claim& claim, core::TimePoint admitted);
  [[nodiscard]] core::Awaitable<void> reject(plan::Rejection rejection);
  [[nodiscard]] core::Awaitable<void> answer_unbegun(const Claim& claim);
  [[nodiscard]] core::Awaitable<void> answer(results::Removal removal);
  void note(const results::Removal& removal);
  void log_answer(const results::Removal& removal);

  RemovalOptions options_;
  Law law_;
  Feed* feed_;
  results::Writer& writer_;
  bringup::Tools& tools_;
  spdlog::logger& log_;
  core::Gate jobs_;
  NameTurns turns_;
  Census census_;
  bool drained_ = false;
  RemovalSummary summary_;
  core::Scope scope_;  ///< last: its tasks use all the others
};

}  // namespace smolfleet::fleet
