// One run of smolfleet with everything that its story does to it.
#pragma once

#include "evidence.hpp"
#include "stage.hpp"
#include "story.hpp"

namespace smolfleet::faults {

/// Runs smolfleet on the stage to its end. Takes longer than `patience`: it is killed, and hung.
[[nodiscard]] Performance perform(const Stage& stage, const Story& story, const Act& act,
                                  milliseconds patience);

}  // namespace smolfleet::faults
