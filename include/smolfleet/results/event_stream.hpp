// Phases as events among the results (--events).
#pragma once

#include "smolfleet/results/watcher.hpp"
#include "smolfleet/results/writer.hpp"

#include <string>
#include <string_view>

namespace smolfleet::results {

/// Writes an event when a phase begins and when it ends. It does not wait for the reader: a guest
/// has only so many phases before its result does. The writer outlives it.
class EventStream final : public Watcher {
 public:
  EventStream(Writer& writer, std::string run_id);

  void phase_begun(const Subject& plan, std::string_view phase) override;
  void phase_ended(const Subject& plan, const Phase& phase) override;

 private:
  Writer& writer_;
  std::string run_id_;
};

}  // namespace smolfleet::results
