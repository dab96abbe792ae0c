// The memory across calls: how often each command was called, and the log of calls.
#pragma once

#include "scenario/scenario.hpp"
#include "support/result.hpp"
#include "support/settings.hpp"

#include <span>
#include <string>

namespace smolfleet::standin {

/// Counts this call; the first is 1. Concurrent calls get different numbers.
[[nodiscard]] Result<std::uint64_t> count_call(const Settings& settings, const Call& call);

/// Appends one JSON line to SMOLVM_LOG, in a single write.
[[nodiscard]] Result<void> log_call(const Settings& settings, const Call& call,
                                    const std::optional<Fault>& fault,
                                    std::span<const std::string> words);

}  // namespace smolfleet::standin
