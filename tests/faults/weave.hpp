// From a seed to a story.
#pragma once

#include "dice.hpp"
#include "story.hpp"

#include <cstdint>

namespace smolfleet::faults {

/// What the host lets happen.
struct Means {
  bool memory_limits = true;  ///< sanitizers reserve more than any limit that means something
};

[[nodiscard]] Story weave(std::uint64_t seed, const CaFiles& files, const Means& means);

/// The parts of it, in this order: each looks at what the ones before have decided.
void weave_lines(std::uint64_t seed, const CaFiles& files, Story& story);
void weave_rules(std::uint64_t seed, Story& story);
void weave_options(std::uint64_t seed, Story& story);
void weave_streams(std::uint64_t seed, Story& story);
void weave_signals(std::uint64_t seed, Story& story);
void weave_limits(std::uint64_t seed, const Means& means, Story& story);
void weave_journal(std::uint64_t seed, Story& story);

}  // namespace smolfleet::faults
