// Reports of runs that really happened, with the stand-in.
#include "../up/fixture.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace smolfleet::test;

namespace {

Ended report(std::vector<std::string> options) {
  options.insert(options.begin(), {from_build("SMOLFLEET_EXE"), "report"});
  return run_program(std::move(options));
}

json plan_for(const Scene& scene, const std::string& target) {
  auto plan = scene.plan(target);
  plan["machine"] = {{"image", "debian:12"}};
  return plan;
}

/// Seven guests: one cannot start, and each create is locked once.
UpRun bring_up(const Scene& scene, const std::vector<std::string>& options) {
  const StandIn smolvm(
      scene, {{"rules",
               {{{"verb", "create"}, {"attempts", {1}}, {"action", {{"error", "locked"}}}},
                {{"verb", "start"}, {"machine", "g3"}, {"action", {{"error", "vm-not-found"}}}}}}});
  std::vector<json> plans;
  for (int i = 0; i < 7; ++i)
    plans.push_back(plan_for(scene, "g" + std::to_string(i)));
  return smolvm.run(plans, options);
}

std::vector<json> trace_events(const Ended& ended) {
  return json::parse(ended.out)["traceEvents"].get<std::vector<json>>();
}

/// What a track's complete events say: name and duration in microseconds, in order.
using Phases = std::vector<std::pair<std::string, std::int64_t>>;

std::map<std::string, Phases> tracks_of(const std::vector<json>& events) {
  std::map<int, std::string> names;
  for (const auto& event : events) {
    if (event["name"] == "thread_name") names[event["tid"]] = event["args"]["name"];
  }
  std::map<std::string, Phases> tracks;
  for (const auto& event : events) {
    if (event["ph"] == "X")
      tracks[names.at(event["tid"])].emplace_back(event["name"], event["dur"]);
  }
  return tracks;
}

std::map<std::string, Phases> tracks_expected(const UpRun& run) {
  std::map<std::string, Phases> tracks;
  for (const auto& result : run.results) {
    for (const auto& phase : result["phases"]) {
      const auto micros = std::llround(phase["duration_ms"].get<double>() * 1000);
      tracks[result["id"]].emplace_back(phase["name"], micros);
    }
  }
  return tracks;
}

}  // namespace

TEST_SUITE("reports") {
  TEST_CASE("the trace of a run says what its results say, guest by guest and phase by phase") {
    const Scene scene;
    const auto run = bring_up(scene, {"--run", "night-1"});
    REQUIRE(run.results.size() == 7);
    const auto stream = scene.directory().write("r.jsonl", run.ended.out);
    const auto ended = report({stream, "--trace", "-"});
    CAPTURE(ended.err);
    REQUIRE(ended.exit == 0);
    const auto events = trace_events(ended);
    CHECK(tracks_of(events) == tracks_expected(run));
    std::set<std::string> instants;
    for (const auto& event : events) {
      if (event["ph"] == "i") instants.insert(event["name"].get<std::string>());
    }
    CHECK(instants == std::set<std::string>{"start_failed"});
  }

  TEST_CASE("a run's journal gives the same report as its results, and both together too") {
    const Scene scene;
    const auto journal = scene.directory().path("run.journal");
    const auto run = bring_up(scene, {"--journal", journal});
    const auto stream = scene.directory().write("r.jsonl", run.ended.out);
    const auto of_stream = report({stream, "--trace", "-"});
    const auto of_journal = report({journal, "--trace", "-"});
    CHECK(of_journal.exit == 0);
    CHECK(tracks_of(trace_events(of_journal)) == tracks_expected(run));
    CHECK(trace_events(of_journal).size() == trace_events(of_stream).size());
    const auto of_both = report({journal, stream, "--trace", "-"});
    CHECK(of_both.exit == 0);
    CHECK(trace_events(of_both).size() == trace_events(of_stream).size());
  }

  TEST_CASE("a journal that ends with a plan in flight says so") {
    const Scene scene;
    const auto journal = scene.directory().path("run.journal");
    const auto run = bring_up(scene, {"--journal", journal});
    std::string until_last_answer;
    const auto lines = lines_of(scene.directory().read("run.journal"));
    for (const auto& line : lines) {
      if (&line != &lines.back()) until_last_answer += line + "\n";
    }
    const auto cut = scene.directory().write("cut.journal", until_last_answer);
    const auto ended = report({cut, "-o", scene.directory().path("p.html")});
    CHECK(ended.exit == 0);
    CHECK(ended.err.find("6 plans of 1 run, 1 without an answer") != std::string::npos);
  }
}
