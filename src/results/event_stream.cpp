// From what a watcher is told to events.
#include "smolfleet/results/event_stream.hpp"

#include "smolfleet/results/event.hpp"

#include <chrono>
#include <utility>

namespace smolfleet::results {
namespace {

Event event_of(EventKind kind, const Subject& plan, const std::string& run_id, Phase phase) {
  return {.kind = kind,
          .id = plan.id,
          .target = plan.target,
          .line = plan.line,
          .run = run_id,
          .at = std::chrono::system_clock::now(),
          .phase = std::move(phase)};
}

}  // namespace

EventStream::EventStream(Writer& writer, std::string run_id)
    : writer_(writer), run_id_(std::move(run_id)) {}

void EventStream::phase_begun(const Subject& plan, std::string_view phase) {
  Phase begun;
  begun.name = phase;
  writer_.add(to_line(event_of(EventKind::phase_started, plan, run_id_, std::move(begun))));
}

void EventStream::phase_ended(const Subject& plan, const Phase& phase) {
  writer_.add(to_line(event_of(EventKind::phase_ended, plan, run_id_, phase)));
}

}  // namespace smolfleet::results
