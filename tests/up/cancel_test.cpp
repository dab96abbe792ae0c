// Cancel at every step: whatever the run is doing, it ends, leaves nothing behind, and every plan
// that was read has its one result.
#include "smolfleet/core/unique_fd.hpp"

#include "../support/leftovers.hpp"
#include "../support/loop.hpp"
#include "fixture.hpp"
#include "in_process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>

using namespace smolfleet;
using namespace smolfleet::test;
using namespace std::chrono_literals;

namespace {

json whole_plan(const Scene& scene, const std::string& target) {
  auto plan = scene.plan(target);
  plan["machine"] = {{"image", "debian:12"}};
  plan["steps"] = {{{"exec", {{"argv", {"id"}}}}}};
  return plan;
}

/// The guests that smolvm was told to do something with: their plans were read.
std::set<std::string> touched_guests(const Recorder& smolvm) {
  std::set<std::string> guests;
  for (const auto& call : smolvm.calls()) {
    const auto& argv = call["argv"];
    const auto name = std::ranges::find(argv, "--name");
    if (name != argv.end()) guests.insert((name + 1)->get<std::string>());
  }
  return guests;
}

struct Run {
  CancelledRun loop;
  std::vector<json> results;
};

/// Runs the scene's two plans, cancelled after `handlers` handlers.
Run run_cancelled_after(std::size_t handlers, const Scene& scene) {
  std::filesystem::remove(scene.directory().path("recording/calls.jsonl"));
  scene.directory().write("results", "");
  const core::UniqueFd results(
      ::open(scene.directory().path("results").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  const RunOptions options{.smolvm = from_build("RECORDING_SMOLVM_EXE"), .jobs = 2, .settle = 1ms};
  std::optional<InProcess> run;
  auto task = [&]() -> core::Awaitable<void> {
    run.emplace(co_await core::this_coro::executor, scene, results.get(), options);
    const auto summary = co_await run->fleet().run();
    CHECK_FALSE(summary.feed_fault);
    run.reset();
  };
  const auto cancel = [&] {
    if (run) run->fleet().cancel();
  };
  Run ended;
  ended.loop = run_and_cancel_after(handlers, task, cancel);
  for (const auto& line : lines_of(scene.directory().read("results"))) {
    ended.results.push_back(json::parse(line));
  }
  return ended;
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE(
      "cancelled after any number of steps, a run ends with one result for each plan it read") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer(
        {{"exec", {{{"exit", 137}}, {{"exit", 0}}}},
         {"create", {{{"exit", 1}, {"err", "Error: x: database is locked\n"}}, {{"exit", 0}}}},
         {"delete", {{{"exit", 0}, {"out", "Deleted machine: x\n"}}}},
         {"ls", {{{"exit", 0}, {"out", "[]\n"}}}}});
    const ScopedEnvironment environment(scene.environment());
    scene.directory().write("feed", feed_of({whole_plan(scene, "a"), whole_plan(scene, "b")}));
    std::size_t in_flight = 0;
    for (std::size_t k = 0;; ++k) {
      CAPTURE(k);
      const auto before = open_descriptors();
      const auto run = run_cancelled_after(k, scene);
      CHECK(no_children_left());
      CHECK(open_descriptors() == before);
      CHECK(scene.staging_is_gone());
      std::set<std::string> answered;
      for (const auto& result : run.results) {
        answered.insert(result["target"].get<std::string>());
        const bool expected = result["status"] == "ok" || result["status"] == "cancelled";
        CHECK(expected);
      }
      CHECK(answered.size() == run.results.size());
      for (const auto& target : touched_guests(smolvm))
        CHECK(answered.contains(target));
      if (!run.loop.was_in_flight) {
        CHECK(run.results.size() == 2);
        break;
      }
      ++in_flight;
    }
    MESSAGE("cancelled in flight at ", in_flight, " different steps");
    CHECK(in_flight > 50);
  }
}
