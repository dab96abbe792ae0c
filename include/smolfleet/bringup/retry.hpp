// When to try again: pure rules over what went wrong (spec §6).
#pragma once

#include "smolfleet/driver/classify.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

namespace smolfleet::bringup {

/// How often and after which pauses. Without jitter a pause is `first` exactly; with it, it is
/// drawn evenly from zero up to a bound that starts at `first` and doubles up to `longest` ("full
/// jitter").
struct RetryRule {
  unsigned retries = 0;
  std::chrono::milliseconds first{};
  std::chrono::milliseconds longest{};
  bool jitter = false;
};

/// The rule for a verdict; a verdict that is final gets none. `settle` is the pause before a killed
/// exec is run once more.
[[nodiscard]] RetryRule rule_for(driver::Verdict verdict, std::chrono::milliseconds settle);

/// The pause before retry number `retry` (from 0), or nothing when the rule allows no more.
/// `chance` lies in [0, 1).
[[nodiscard]] std::optional<std::chrono::microseconds> pause_before(const RetryRule& rule,
                                                                    unsigned retry, double chance);

/// Where chances come from; the same seed gives the same sequence.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  /// In [0, 1).
  [[nodiscard]] double roll() { return std::uniform_real_distribution<>(0.0, 1.0)(engine_); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace smolfleet::bringup
