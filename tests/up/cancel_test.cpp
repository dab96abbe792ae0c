// Cancel at every step: whatever the run is doing, it ends, leaves nothing behind, and every plan
// that was read has its one result.
#include "smolfleet/core/unique_fd.hpp"
#include "smolfleet/fleet/fleet.hpp"

#include "../support/leftovers.hpp"
#include "../support/loop.hpp"
#include "fixture.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/null_sink.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

using namespace smolfleet;
using namespace smolfleet::test;
using namespace std::chrono_literals;

namespace {

/// A whole run in this process, so that its loop can be stopped after any handler.
class InProcess {
 public:
  InProcess(const core::Executor& executor, const Scene& scene, int results)
      : log_("test", std::make_shared<spdlog::sinks::null_sink_st>()),
        smolvm_(settings()),
        host_(executor, smolvm_, {}),
        staging_(ca::Staging::create(scene.directory().path("tmp")).value()),
        dice_(1),
        feed_(core::OwnStream::open_to_read(executor, scene.directory().path("feed")).value(),
              "feed"),
        writer_(executor,
                core::OwnStream::of_inherited(executor, results, core::OwnStream::Direction::write)
                    .value(),
                1024, [this] { fleet_.cancel(); }),
        services_{smolvm_, host_, staging_, clock_, dice_, 1ms, [](const auto&, const auto&) {}},
        fleet_(executor, {.run_id = "r", .jobs = 2, .unknown_keys = {}, .timeout = {}}, feed_,
               writer_, services_, log_) {}

  fleet::Fleet& fleet() { return fleet_; }

 private:
  static driver::Settings settings() {
    driver::Settings settings;
    settings.executable = from_build("RECORDING_SMOLVM_EXE");
    settings.run_id = "r";
    return settings;
  }

  spdlog::logger log_;
  driver::Smolvm smolvm_;
  bringup::Host host_;
  ca::Staging staging_;
  core::SteadyClock clock_;
  bringup::Dice dice_;
  fleet::Feed feed_;
  results::Writer writer_;
  bringup::Services services_;
  fleet::Fleet fleet_;
};

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
  std::optional<InProcess> run;
  auto task = [&]() -> core::Awaitable<void> {
    run.emplace(co_await core::this_coro::executor, scene, results.get());
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
         {"create", {{{"exit", 1}, {"err", "Error: x: database is locked\n"}}, {{"exit", 0}}}}});
    ::setenv("RECORDING_DIR", scene.directory().path("recording").c_str(), 1);
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
