// An audience hands on what it is told.
#include "smolfleet/results/watcher.hpp"

namespace smolfleet::results {

void Audience::admitted(const Subject& plan) {
  for (auto* watcher : watchers_)
    watcher->admitted(plan);
}

void Audience::phase_begun(const Subject& plan, std::string_view phase) {
  for (auto* watcher : watchers_)
    watcher->phase_begun(plan, phase);
}

void Audience::phase_ended(const Subject& plan, const Phase& phase) {
  for (auto* watcher : watchers_)
    watcher->phase_ended(plan, phase);
}

void Audience::retried(const Subject& plan, std::string_view phase,
                       std::chrono::duration<double> pause) {
  for (auto* watcher : watchers_)
    watcher->retried(plan, phase, pause);
}

void Audience::answered(const Result& result) {
  for (auto* watcher : watchers_)
    watcher->answered(result);
}

void Audience::recalled(Status status) {
  for (auto* watcher : watchers_)
    watcher->recalled(status);
}

}  // namespace smolfleet::results
