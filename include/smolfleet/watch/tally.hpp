// The run in numbers, as they stand: what progress and the summary at the end are made of.
#pragma once

#include "smolfleet/core/failure.hpp"
#include "smolfleet/results/result.hpp"
#include "smolfleet/results/watcher.hpp"
#include "smolfleet/watch/distribution.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::watch {

/// One kind of phase; all steps are one kind, "step".
struct PhaseTally {
  std::string name;
  std::uint64_t running = 0;  ///< now
  std::uint64_t retries = 0;
  Distribution took;  ///< of those that had a child
};

/// How many slow guests a tally knows.
inline constexpr std::size_t most_slow_guests = 5;

/// A guest whose bring-up took long, and what most of that time.
struct SlowGuest {
  std::uint64_t line = 0;
  std::string target;
  results::Millis took{};
  std::string longest_in;  ///< a phase, or "waiting" for its turns between them
  results::Millis longest{};
};

/// Failures with one code.
struct FailureTally {
  std::uint64_t count = 0;
  std::uint64_t line = 0;  ///< of the first, as are the others
  std::string target;      ///< empty: its line had none
  std::string message;
  std::string said;  ///< core::last_words
  std::string hint;  ///< empty: there is none
};

/// Counts what a watcher is told. Its size does not grow with the feed.
class Tally final : public results::Watcher {
 public:
  void admitted(const results::Subject& plan) override;
  void phase_begun(const results::Subject& plan, std::string_view phase) override;
  void phase_ended(const results::Subject& plan, const results::Phase& phase) override;
  void retried(const results::Subject& plan, std::string_view phase,
               std::chrono::duration<double> pause) override;
  void answered(const results::Result& result) override;
  void recalled(results::Status status) override;

  /// Answers of this run, those of an earlier one not among them.
  [[nodiscard]] std::uint64_t count(results::Status status) const {
    return answers_[static_cast<std::size_t>(status)];
  }
  [[nodiscard]] std::uint64_t answered() const;
  /// Answers of an earlier run that stand.
  [[nodiscard]] std::uint64_t recalled() const { return recalled_; }
  [[nodiscard]] std::uint64_t in_flight() const { return in_flight_; }
  /// Guests in flight that run nothing now: they wait for a turn or a pause, or are being recorded.
  [[nodiscard]] std::uint64_t waiting() const;
  [[nodiscard]] std::uint64_t retries() const;
  /// In the order of a guest's life; those that have begun at least once.
  [[nodiscard]] const std::vector<PhaseTally>& phases() const { return phases_; }
  /// From admission to the end, of guests that came up.
  [[nodiscard]] const Distribution& came_up() const { return came_up_; }
  /// Slowest first, at most most_slow_guests.
  [[nodiscard]] const std::vector<SlowGuest>& slowest() const { return slowest_; }
  [[nodiscard]] const std::map<core::FailureCode, FailureTally>& failures() const {
    return failures_;
  }

 private:
  PhaseTally& phase_named(std::string_view name);
  void note_slow(const results::Result& result);

  std::array<std::uint64_t, 4> answers_{};  ///< by results::Status
  std::uint64_t recalled_ = 0;
  std::uint64_t in_flight_ = 0;
  std::vector<PhaseTally> phases_;
  Distribution came_up_;
  std::vector<SlowGuest> slowest_;
  std::map<core::FailureCode, FailureTally> failures_;
};

}  // namespace smolfleet::watch
