// Carrying out a fault.
#pragma once

#include "scenario/crowd.hpp"
#include "scenario/scenario.hpp"
#include "support/result.hpp"

#include <optional>

namespace smolfleet::standin {

/// Waits, prints, and brings about the outcome. Nothing: the command goes on, either because there
/// is no outcome or because it is the verb's own business (`locked` of delete, `unreachable`,
/// `orphan`, `prompt`).
/// `crowd`: the calls of this verb, for a latency with a slowdown.
[[nodiscard]] std::optional<Result<int>> strike(const Fault& fault, const Call& call,
                                                const std::optional<Crowd>& crowd);

}  // namespace smolfleet::standin
