// Adding up.
#include "smolfleet/report/summary.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace smolfleet::report {
namespace {

/// Points of a distribution's plot; more than a screen's width shows nothing more.
constexpr std::size_t most_points = 400;

Times times_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  return {.count = values.size(),
          .p50 = nearest_rank(values, 50),
          .p90 = nearest_rank(values, 90),
          .p99 = nearest_rank(values, 99),
          .max = values.back(),
          .distribution = quantiles(values, most_points)};
}

/// The phases' names and where guests failed; times and retries come later.
std::vector<PhaseSummary> begin_phases(const Guests& guests) {
  std::vector<PhaseSummary> phases(guests.phases.size());
  std::unordered_map<std::string_view, std::size_t> by_name;
  for (std::size_t i = 0; i < phases.size(); ++i) {
    phases[i].name = guests.phases[i];
    by_name[guests.phases[i]] = i;
  }
  for (const auto& guest : guests.guests) {
    if (!guest.trouble) continue;
    const auto found = by_name.find(guest.trouble->phase);
    if (found != by_name.end()) ++phases[found->second].failed;
  }
  return phases;
}

void add_retries(const Guest& guest, std::vector<PhaseSummary>& phases) {
  for (const auto& span : guest.spans) {
    auto& phase = phases[span.phase];
    phase.most_attempts = std::max(phase.most_attempts, span.attempts);
    if (span.attempts < 2) continue;
    phase.retries += span.attempts - 1;
    ++phase.retried_guests;
  }
}

std::vector<PhaseSummary> summarize_phases(const Guests& guests) {
  auto phases = begin_phases(guests);
  std::vector<std::vector<double>> times(phases.size());
  for (const auto& guest : guests.guests) {
    add_retries(guest, phases);
    for (const auto& span : guest.spans)
      times[span.phase].push_back(span.duration.count());
  }
  for (std::size_t i = 0; i < phases.size(); ++i)
    phases[i].times = times_of(std::move(times[i]));
  return phases;
}

/// What `time` gives for each guest that was admitted.
template <class Time>
Times summarize_admitted(const Guests& guests, const Time& time) {
  std::vector<double> times;
  for (const auto& guest : guests.guests) {
    if (guest.started_at) times.push_back(time(guest).count());
  }
  return times_of(std::move(times));
}

Millis waiting_of(const Guest& guest) {
  auto rest = guest.duration;
  for (const auto& span : guest.spans)
    rest -= span.duration;
  return std::max(rest, Millis(0));
}

std::vector<FailureGroup> group_failures(const Guests& guests) {
  std::map<std::pair<std::string, std::string>, FailureGroup> groups;
  for (std::uint32_t i = 0; i < guests.guests.size(); ++i) {
    const auto& trouble = guests.guests[i].trouble;
    if (!trouble) continue;
    auto& group = groups[{trouble->code, trouble->phase}];
    group.code = trouble->code;
    group.phase = trouble->phase;
    group.guests.push_back(i);
  }
  std::vector<FailureGroup> sorted;
  for (auto& [key, group] : groups)
    sorted.push_back(std::move(group));
  std::ranges::sort(sorted, [](const FailureGroup& a, const FailureGroup& b) {
    return std::tuple(b.guests.size(), std::tie(a.code, a.phase)) <
           std::tuple(a.guests.size(), std::tie(b.code, b.phase));
  });
  return sorted;
}

std::vector<std::uint32_t> find_slowest(const Guests& guests) {
  std::vector<std::uint32_t> admitted;
  for (std::uint32_t i = 0; i < guests.guests.size(); ++i) {
    if (guests.guests[i].started_at) admitted.push_back(i);
  }
  const auto shown = static_cast<std::ptrdiff_t>(std::min(admitted.size(), most_slowest));
  const auto slower = [&](std::uint32_t one, std::uint32_t other) {
    const auto& a = guests.guests[one];
    const auto& b = guests.guests[other];
    return std::pair(-a.duration.count(), one) < std::pair(-b.duration.count(), other);
  };
  std::ranges::partial_sort(admitted, admitted.begin() + shown, slower);
  admitted.resize(static_cast<std::size_t>(shown));
  return admitted;
}

std::vector<std::uint32_t> find_leaked(const Guests& guests) {
  std::vector<std::uint32_t> leaked;
  for (std::uint32_t i = 0; i < guests.guests.size(); ++i) {
    if (guests.guests[i].leaked) leaked.push_back(i);
  }
  return leaked;
}

/// Milliseconds since the epoch.
double begin_of(const Guest& guest) {
  return static_cast<double>(guest.started_at->time_since_epoch().count());
}

/// The most intervals that overlap. One that begins when another ends takes its place, to the
/// millisecond: admissions are told no finer.
std::size_t most_overlapping(std::vector<std::pair<double, int>> steps) {
  std::ranges::sort(steps);
  int now = 0;
  int most = 0;
  for (const auto& [at, step] : steps)
    most = std::max(most, now += step);
  return static_cast<std::size_t>(most);
}

void add_guest(const Guest& guest, RunSummary& run) {
  ++run.plans;
  ++run.by_status[static_cast<std::size_t>(guest.status)];
  run.leaked += guest.leaked ? 1 : 0;
  for (const auto& span : guest.spans)
    run.retries += std::max(span.attempts, 1U) - 1;
  // Guests come in the order of their admission.
  if (guest.started_at && !run.began) run.began = guest.started_at;
  if (guest.started_at)
    run.wall = std::max(run.wall, *guest.started_at - *run.began + guest.duration);
}

std::vector<RunSummary> summarize_runs(const Guests& guests) {
  std::vector<RunSummary> runs(guests.runs.size());
  std::vector<std::vector<std::pair<double, int>>> steps(runs.size());
  for (const auto& guest : guests.guests) {
    add_guest(guest, runs[guest.run]);
    if (!guest.started_at) continue;
    steps[guest.run].emplace_back(begin_of(guest), 1);
    const auto end = begin_of(guest) + std::max(guest.duration.count() - 1, 0.0);
    steps[guest.run].emplace_back(end, -1);
  }
  for (const auto& plan : guests.unanswered)
    ++runs[plan.run].unanswered;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    runs[i].id = guests.runs[i];
    runs[i].most_in_flight = most_overlapping(std::move(steps[i]));
  }
  return runs;
}

}  // namespace

Summary summarize(const Guests& guests) {
  return {.phases = summarize_phases(guests),
          .whole = summarize_admitted(guests, [](const Guest& guest) { return guest.duration; }),
          .waiting = summarize_admitted(guests, waiting_of),
          .failures = group_failures(guests),
          .slowest = find_slowest(guests),
          .leaked = find_leaked(guests),
          .runs = summarize_runs(guests)};
}

}  // namespace smolfleet::report
