// How fast answers come, and when the last one may: from what has really happened.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace smolfleet::watch {

/// The rate over the last half minute, or since the beginning if that was later.
class Pace {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit Pace(TimePoint begun);

  /// To be told now and then how many answers there are in all.
  void note(TimePoint now, std::uint64_t answers);

  /// Answers a second; nothing: there were none in that time.
  [[nodiscard]] std::optional<double> rate() const;
  /// How long `left` answers take at this rate.
  [[nodiscard]] std::optional<std::chrono::seconds> time_for(std::uint64_t left) const;

 private:
  struct Sample {
    TimePoint at;
    std::uint64_t answers;
  };
  std::deque<Sample> samples_;  ///< oldest first; the last one is replaced until it is old enough
};

}  // namespace smolfleet::watch
