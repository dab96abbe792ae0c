// The families of metrics, in prometheus-cpp's registry.
#include "smolfleet/metrics/fleet_metrics.hpp"

#include "smolfleet/core/failure.hpp"

#include "metrics/own_process.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

namespace smolfleet::metrics {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::MetricFamily;
using prometheus::Registry;

/// From a phase of the fastest child up to a first boot that pulls its image.
const Histogram::BucketBoundaries buckets = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
                                             2.5,  5,     10,   30,  60,   120, 300};

Family<Counter>& counters(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
Family<Gauge>& gauges(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}
Family<Histogram>& histograms(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

Counter& counter(Registry& registry, const char* name, const char* help) {
  return counters(registry, name, help).Add({});
}
Gauge& gauge(Registry& registry, const char* name, const char* help) {
  return gauges(registry, name, help).Add({});
}

/// A counter whose value somebody else keeps.
void catch_up(Counter& counter, double value) {
  counter.Increment(value - counter.Value());
}

using Labels = std::map<std::string, std::string>;

Labels status_label(results::Status status) {
  return {{"status", std::string(results::to_string(status))}};
}

Labels code_label(core::FailureCode code) {
  return {{"code", std::string(core::to_string(code))}};
}

/// What is counted of one phase.
struct OfPhase {
  Gauge& under_way;
  Histogram& duration;
  Counter& retries;
};

double seconds(std::chrono::duration<double> time) {
  return time.count();
}

/// The registry keeps them as they fall: by kind, and by hash.
void sort(std::vector<MetricFamily>& families) {
  std::ranges::sort(families, {}, &MetricFamily::name);
  const auto labels_of = [](const prometheus::ClientMetric& metric) {
    return metric.label.empty() ? std::string() : metric.label.front().value;
  };
  for (auto& family : families)
    std::ranges::sort(family.metric, {}, labels_of);
}

}  // namespace

struct FleetMetrics::Families {
  explicit Families(std::string_view version);
  OfPhase& of(std::string_view phase);

  Registry registry;
  Counter& lines_read = counter(registry, "smolfleet_feed_lines_read_total",
                                "Lines of the feed that were read, blank ones left out.");
  Counter& admitted =
      counter(registry, "smolfleet_plans_admitted_total", "Plans that were admitted.");
  Gauge& in_flight = gauge(registry, "smolfleet_plans_in_flight",
                           "Plans that are admitted and have no result yet.");
  Gauge& jobs = gauge(registry, "smolfleet_jobs", "Plans that may be in flight (--jobs).");
  Family<Gauge>& waiting =
      gauges(registry, "smolfleet_plans_waiting",
             "Plans that wait: for memory (the feed waits with them), for their turn to create or "
             "delete, for their turn to start.");
  Gauge& boot_slots = gauge(registry, "smolfleet_boot_slots",
                            "Guests that may be starting at a time, as it was set or found.");
  Family<Gauge>& in_phase =
      gauges(registry, "smolfleet_guests_in_phase", "Guests that are in a phase, its pauses too.");
  Family<Histogram>& phase_durations =
      histograms(registry, "smolfleet_phase_duration_seconds",
                 "From a phase's first attempt to the end of its last, however it ended.");
  Family<Counter>& retries =
      counters(registry, "smolfleet_phase_retries_total", "Times that a phase was tried again.");
  Histogram& bring_ups =
      histograms(registry, "smolfleet_bring_up_duration_seconds",
                 "From a plan's admission to its result, of plans that ended ok.")
          .Add({}, buckets);
  Family<Counter>& results = counters(registry, "smolfleet_results_total",
                                      "Results, without those that the journal knew.");
  Family<Counter>& recalled = counters(registry, "smolfleet_results_recalled_total",
                                       "Results of an earlier run that the journal knew.");
  Family<Counter>& failures =
      counters(registry, "smolfleet_failures_total", "Results that are not ok, by their code.");
  Counter& leaked = counter(registry, "smolfleet_guests_leaked_total",
                            "Guests that were created and could not be removed.");
  Gauge& children = gauge(registry, "smolfleet_child_processes", "smolvm processes that run.");
  Gauge& resident =
      gauge(registry, "process_resident_memory_bytes", "Resident memory size in bytes.");
  Counter& cpu = counter(registry, "process_cpu_seconds_total",
                         "Total user and system CPU time spent in seconds.");
  std::map<std::string, OfPhase, std::less<>> phases;
};

/// What may come up is there from the beginning, as 0: who watches for a change sees the first one.
FleetMetrics::Families::Families(std::string_view version) {
  for (const auto phase : results::phase_names)
    of(phase);
  for (const auto status : results::all_statuses) {
    results.Add(status_label(status));
    recalled.Add(status_label(status));
  }
  for (const auto code : core::failure_codes_of_plans)
    failures.Add(code_label(code));
  gauges(registry, "smolfleet_build_info", "1; the label says which smolfleet this is.")
      .Add({{"version", std::string(version)}})
      .Set(1);
  gauge(registry, "process_start_time_seconds",
        "Start time of the process since unix epoch in seconds.")
      .Set(seconds(std::chrono::system_clock::now().time_since_epoch()));
}

/// A plan has any number of steps, and a label must not: their index is left out.
OfPhase& FleetMetrics::Families::of(std::string_view phase) {
  const auto name = results::kind_of(phase);
  const auto known = phases.find(name);
  if (known != phases.end()) return known->second;
  const Labels label = {{"phase", std::string(name)}};
  const OfPhase made{.under_way = in_phase.Add(label),
                     .duration = phase_durations.Add(label, buckets),
                     .retries = retries.Add(label)};
  return phases.emplace(name, made).first->second;
}

FleetMetrics::FleetMetrics(std::string_view version, Look look)
    : look_(std::move(look)), families_(std::make_unique<Families>(version)) {}

FleetMetrics::~FleetMetrics() = default;

std::string FleetMetrics::text() {
  const auto now = look_();
  catch_up(families_->lines_read, static_cast<double>(now.lines_read));
  families_->jobs.Set(static_cast<double>(now.jobs));
  families_->boot_slots.Set(static_cast<double>(now.boot_slots));
  families_->children.Set(static_cast<double>(now.children));
  for (const auto& [what, count] :
       {std::pair("memory", now.waiting_for_memory), std::pair("create", now.waiting_for_create),
        std::pair("start", now.waiting_for_start)}) {
    families_->waiting.Add({{"for", what}}).Set(static_cast<double>(count));
  }
  catch_up(families_->cpu, own_cpu_seconds());
  families_->resident.Set(own_resident_bytes());
  auto collected = families_->registry.Collect();
  sort(collected);
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, collected);
  return std::move(out).str();
}

void FleetMetrics::admitted(const results::Subject& /*plan*/) {
  families_->admitted.Increment();
  families_->in_flight.Increment();
}

void FleetMetrics::phase_begun(const results::Subject& /*plan*/, std::string_view phase) {
  families_->of(phase).under_way.Increment();
}

void FleetMetrics::phase_ended(const results::Subject& /*plan*/, const results::Phase& phase) {
  auto& metrics = families_->of(phase.name);
  metrics.under_way.Decrement();
  if (phase.attempts > 0) metrics.duration.Observe(seconds(phase.duration));
}

void FleetMetrics::retried(const results::Subject& /*plan*/, std::string_view phase,
                           std::chrono::duration<double> /*pause*/) {
  families_->of(phase).retries.Increment();
}

void FleetMetrics::answered(const results::Result& result) {
  families_->results.Add(status_label(result.status)).Increment();
  if (result.started_at) families_->in_flight.Decrement();
  if (result.leaked) families_->leaked.Increment();
  if (result.failure) {
    families_->failures.Add(code_label(result.failure->code)).Increment();
  } else {
    families_->bring_ups.Observe(seconds(result.duration));
  }
}

void FleetMetrics::recalled(results::Status status) {
  families_->recalled.Add(status_label(status)).Increment();
}

}  // namespace smolfleet::metrics
