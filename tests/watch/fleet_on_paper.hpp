// Plans and results as a watcher is told of them.
#pragma once

#include "smolfleet/results/result.hpp"
#include "smolfleet/results/watcher.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace smolfleet::test {

inline results::Subject guest(std::uint64_t line) {
  return {.line = line, .id = "id" + std::to_string(line), .target = "b" + std::to_string(line)};
}

inline results::Phase phase(const std::string& name, double duration, unsigned attempts = 1) {
  results::Phase phase;
  phase.name = name;
  phase.duration = results::Millis(duration);
  phase.attempts = attempts;
  return phase;
}

inline results::Result result(std::uint64_t line, double duration,
                              std::vector<results::Phase> phases = {}) {
  results::Result result;
  result.id = guest(line).id;
  result.target = guest(line).target;
  result.line = line;
  result.started_at = std::chrono::system_clock::time_point();
  result.duration = results::Millis(duration);
  result.phases = std::move(phases);
  return result;
}

inline results::Result failed(results::Result result, core::FailureCode code,
                              const std::string& message) {
  result.failure.emplace();
  result.failure->code = code;
  result.failure->message = message;
  result.status = results::status_of(result.failure);
  return result;
}

/// A guest that goes through its phases and is answered.
inline void live(results::Watcher& watcher, const results::Result& result) {
  const auto plan = guest(result.line);
  watcher.admitted(plan);
  for (const auto& phase : result.phases) {
    watcher.phase_begun(plan, phase.name);
    for (unsigned attempt = 1; attempt < phase.attempts; ++attempt)
      watcher.retried(plan, phase.name, std::chrono::duration<double>(1));
    watcher.phase_ended(plan, phase);
  }
  watcher.answered(result);
}

}  // namespace smolfleet::test
