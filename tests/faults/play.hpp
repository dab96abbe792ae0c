// A whole story: its runs one after the other, and what is seen when the last has ended.
#pragma once

#include "evidence.hpp"
#include "stage.hpp"
#include "story.hpp"

namespace smolfleet::faults {

[[nodiscard]] Evidence play(Stage& stage, const Story& story, milliseconds patience);

}  // namespace smolfleet::faults
