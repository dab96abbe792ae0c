// What is told, as metrics.
#include "smolfleet/metrics/fleet_metrics.hpp"

#include "../support/prometheus_text.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace smolfleet;
using metrics::FleetMetrics;
using metrics::Situation;
using test::parse_metrics;

namespace {

results::Phase phase_of(std::string name, double milliseconds, unsigned attempts) {
  results::Phase phase;
  phase.name = std::move(name);
  phase.duration = results::Millis(milliseconds);
  phase.attempts = attempts;
  return phase;
}

const results::Subject guest{.line = 1, .id = "i", .target = "t"};

}  // namespace

TEST_SUITE("metrics") {
  TEST_CASE("what has not happened yet is there as zero") {
    FleetMetrics metrics("1.2.3", [] { return Situation(); });
    const auto text = parse_metrics(metrics.text());
    CHECK(text.at("smolfleet_build_info{version=\"1.2.3\"}") == 1);
    CHECK(text.at("smolfleet_failures_total{code=\"ca_missing\"}") == 0);
    CHECK(text.at("smolfleet_phase_retries_total{phase=\"delete\"}") == 0);
    CHECK(text.at("smolfleet_results_total{status=\"cancelled\"}") == 0);
    CHECK(text.at("process_resident_memory_bytes") > 1e6);
    CHECK(text.at("process_start_time_seconds") > 1.7e9);
  }

  TEST_CASE("a phase counts while it is under way, steps together, and in its bucket") {
    FleetMetrics metrics("1", [] { return Situation(); });
    metrics.phase_begun(guest, "step[0]");
    metrics.phase_begun(guest, "step[17]");
    CHECK(parse_metrics(metrics.text()).at("smolfleet_guests_in_phase{phase=\"step\"}") == 2);
    metrics.phase_ended(guest, phase_of("step[0]", 40, 1));
    metrics.phase_ended(guest, phase_of("step[17]", 3500, 2));
    const auto text = parse_metrics(metrics.text());
    const auto bucket = [&](const std::string& bound) {
      return text.at("smolfleet_phase_duration_seconds_bucket{phase=\"step\",le=\"" + bound +
                     "\"}");
    };
    CHECK(text.at("smolfleet_guests_in_phase{phase=\"step\"}") == 0);
    CHECK(bucket("0.025") == 0);
    CHECK(bucket("0.05") == 1);
    CHECK(bucket("2.5") == 1);
    CHECK(bucket("5") == 2);
    CHECK(text.at("smolfleet_phase_duration_seconds_sum{phase=\"step\"}") == doctest::Approx(3.54));
  }

  TEST_CASE("a phase whose command could not begin took no time") {
    FleetMetrics metrics("1", [] { return Situation(); });
    metrics.phase_begun(guest, "create");
    metrics.phase_ended(guest, phase_of("create", 5, 0));
    const auto text = parse_metrics(metrics.text());
    CHECK(text.at("smolfleet_guests_in_phase{phase=\"create\"}") == 0);
    CHECK(text.at("smolfleet_phase_duration_seconds_count{phase=\"create\"}") == 0);
  }

  TEST_CASE("what others know is looked at when it is asked for, and large numbers stay exact") {
    Situation now{.lines_read = 1'234'567,
                  .jobs = 64,
                  .boot_slots = 8,
                  .children = 3,
                  .waiting_for_memory = 1,
                  .waiting_for_create = 20,
                  .waiting_for_start = 7};
    FleetMetrics metrics("1", [&] { return now; });
    CHECK(parse_metrics(metrics.text()).at("smolfleet_feed_lines_read_total") == 1'234'567);
    now.lines_read = 123'456'789'012;
    now.children = 0;
    const auto text = parse_metrics(metrics.text());
    CHECK(text.at("smolfleet_feed_lines_read_total") == 123'456'789'012);
    CHECK(text.at("smolfleet_child_processes") == 0);
    CHECK(text.at("smolfleet_jobs") == 64);
    CHECK(text.at("smolfleet_boot_slots") == 8);
    CHECK(text.at("smolfleet_plans_waiting{for=\"memory\"}") == 1);
    CHECK(text.at("smolfleet_plans_waiting{for=\"create\"}") == 20);
    CHECK(text.at("smolfleet_plans_waiting{for=\"start\"}") == 7);
  }

  TEST_CASE("the text is the same whenever the facts are") {
    const auto without_process = [](const std::string& text) {
      return text.substr(text.find("# HELP smolfleet_"));
    };
    FleetMetrics one("1", [] { return Situation(); });
    FleetMetrics other("1", [] { return Situation(); });
    CHECK(without_process(one.text()) == without_process(other.text()));
  }
}
