// The chance that a story is made of: one seed, the same numbers on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace smolfleet::faults {

/// SplitMix64. The standard's distributions differ between libraries, so they are not used.
class Dice {
 public:
  /// `topic` gives each part of a story numbers of its own: a new kind of fault in one part leaves
  /// the others of a seed as they were.
  Dice(std::uint64_t seed, std::uint64_t topic)
      : state_((seed * 0x9E3779B97F4A7C15ULL) ^ (topic * 0xD1B54A32D192ED03ULL)) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    auto mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31U);
  }
  /// From 0 to below 1.
  double fraction() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  /// `least` and `most` included.
  int between(int least, int most) {
    const auto width = static_cast<std::uint64_t>(most - least) + 1;
    return least + static_cast<int>(next() % width);
  }
  bool chance(double probability) { return fraction() < probability; }
  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(next() % choices.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace smolfleet::faults
