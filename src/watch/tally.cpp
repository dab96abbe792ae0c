// Counting.
#include "smolfleet/watch/tally.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace smolfleet::watch {
namespace {

using results::Phase;
using results::Status;

/// What a bring-up spent most of its time in; between its phases a guest waits for its turn.
std::pair<std::string, results::Millis> longest_of(const results::Result& result) {
  std::pair<std::string, results::Millis> longest("waiting", result.duration);
  const Phase* longest_phase = nullptr;
  for (const auto& phase : result.phases) {
    longest.second -= phase.duration;
    if (longest_phase == nullptr || phase.duration > longest_phase->duration)
      longest_phase = &phase;
  }
  if (longest_phase == nullptr || longest_phase->duration < longest.second) return longest;
  return {longest_phase->name, longest_phase->duration};
}

}  // namespace

PhaseTally& Tally::phase_named(std::string_view name) {
  const auto kind = results::kind_of(name);
  const auto place = std::ranges::lower_bound(
      phases_, results::rank_of(kind), {},
      [](const PhaseTally& phase) { return results::rank_of(phase.name); });
  if (place != phases_.end() && place->name == kind) return *place;
  return *phases_.insert(place, PhaseTally{.name = std::string(kind), .took = {}});
}

void Tally::admitted(const results::Subject& /*plan*/) {
  ++in_flight_;
}

void Tally::phase_begun(const results::Subject& /*plan*/, std::string_view phase) {
  ++phase_named(phase).running;
}

void Tally::phase_ended(const results::Subject& /*plan*/, const Phase& phase) {
  auto& tally = phase_named(phase.name);
  --tally.running;
  if (phase.attempts > 0) tally.took.add(phase.duration);
}

void Tally::retried(const results::Subject& /*plan*/, std::string_view phase,
                    std::chrono::duration<double> /*pause*/) {
  ++phase_named(phase).retries;
}

void Tally::answered(const results::Result& result) {
  ++answers_[static_cast<std::size_t>(result.status)];
  if (result.started_at) {
    --in_flight_;
    note_slow(result);
  }
  if (result.status == Status::ok) came_up_.add(result.duration);
  if (!result.failure) return;
  auto& failures = failures_[result.failure->code];
  if (++failures.count > 1) return;
  failures.line = result.line;
  failures.target = result.target.value_or(std::string());
  failures.message = result.failure->message;
  failures.said = core::last_words(*result.failure);
  failures.hint = result.failure->hint.value_or(std::string());
}

void Tally::recalled(Status /*status*/) {
  ++recalled_;
}

void Tally::note_slow(const results::Result& result) {
  const auto place =
      std::ranges::upper_bound(slowest_, result.duration, std::greater(), &SlowGuest::took);
  if (place == slowest_.end() && slowest_.size() >= most_slow_guests) return;
  auto [what, longest] = longest_of(result);
  slowest_.insert(place, {.line = result.line,
                          .target = result.target.value_or(std::string()),
                          .took = result.duration,
                          .longest_in = std::move(what),
                          .longest = longest});
  if (slowest_.size() > most_slow_guests) slowest_.pop_back();
}

std::uint64_t Tally::answered() const {
  return std::accumulate(answers_.begin(), answers_.end(), std::uint64_t{0});
}

std::uint64_t Tally::waiting() const {
  std::uint64_t running = 0;
  for (const auto& phase : phases_)
    running += phase.running;
  return in_flight_ - std::min(in_flight_, running);
}

std::uint64_t Tally::retries() const {
  std::uint64_t retries = 0;
  for (const auto& phase : phases_)
    retries += phase.retries;
  return retries;
}

}  // namespace smolfleet::watch
