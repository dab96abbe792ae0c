// An event: that a plan has moved on, for those who want to watch (--events).
#pragma once

#include "smolfleet/results/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace smolfleet::results {

enum class EventKind { admitted, phase_started, phase_ended };

struct Event {
  EventKind kind = EventKind::admitted;
  std::string id;
  std::string target;
  std::uint64_t line = 0;
  std::string run;
  std::chrono::system_clock::time_point at;
  std::optional<Phase> phase;  ///< of a phase; when it begins only its name counts
};

/// The event as one line of JSON with its '\n'. It has `event` where a result has `status`.
[[nodiscard]] std::string to_line(const Event& event);

}  // namespace smolfleet::results
