// A window of samples.
#include "smolfleet/watch/pace.hpp"

#include <cmath>

namespace smolfleet::watch {
namespace {

constexpr std::chrono::seconds window(30);
constexpr std::chrono::milliseconds apart(500);

}  // namespace

Pace::Pace(TimePoint begun) : samples_{{.at = begun, .answers = 0}} {}

void Pace::note(TimePoint now, std::uint64_t answers) {
  const auto count = samples_.size();
  if (count > 1 && samples_.back().at - samples_[count - 2].at < apart) samples_.pop_back();
  samples_.push_back({.at = now, .answers = answers});
  while (samples_.size() > 2 && now - samples_[1].at >= window)
    samples_.pop_front();
}

std::optional<double> Pace::rate() const {
  const auto& first = samples_.front();
  const auto& last = samples_.back();
  const std::chrono::duration<double> time = last.at - first.at;
  if (last.answers <= first.answers || time.count() <= 0) return std::nullopt;
  return static_cast<double>(last.answers - first.answers) / time.count();
}

std::optional<std::chrono::seconds> Pace::time_for(std::uint64_t left) const {
  const auto now = rate();
  if (!now) return std::nullopt;
  return std::chrono::seconds(std::llround(static_cast<double>(left) / *now));
}

}  // namespace smolfleet::watch
