// Whether the loop answers while a fleet settles.
#include "smolfleet/core/scope.hpp"
#include "smolfleet/core/unique_fd.hpp"

#include "../support/leftovers.hpp"
#include "../support/loop.hpp"
#include "fixture.hpp"
#include "in_process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

using namespace smolfleet;
using namespace smolfleet::test;
using namespace std::chrono_literals;

namespace {

struct Heartbeat {
  std::size_t beats = 0;
  std::chrono::duration<double, std::milli> latest{};  ///< the most that a beat came late
};

/// Beats every 10 ms until it is cancelled.
core::Awaitable<void> beat(Heartbeat& heart) {
  core::SteadyClock clock;
  bool cancelled = false;
  while (!cancelled) {
    const auto due = clock.now() + 10ms;
    co_await clock.sleep_until(due);
    cancelled = co_await core::cancelled();
    if (cancelled) co_return;
    ++heart.beats;
    heart.latest =
        std::max<std::chrono::duration<double, std::milli>>(heart.latest, clock.now() - due);
  }
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE("the loop answers while 300 guests wait out their settle delay") {
    const Scene scene;
    json first_exec_dies = {{"verb", "exec"}, {"attempts", {1}}, {"action", json::object()}};
    first_exec_dies["action"]["signal"] = "KILL";
    const StandIn smolvm(scene, {{"rules", json::array({first_exec_dies})}});
    const ScopedEnvironment environment(smolvm.environment());
    std::vector<json> plans;
    for (int i = 0; i < 300; ++i)
      plans.push_back(scene.plan("b" + std::to_string(i)));
    scene.directory().write("feed", feed_of(plans));
    scene.directory().write("results", "");
    const core::UniqueFd results(
        ::open(scene.directory().path("results").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    Heartbeat heart;
    auto task = [&]() -> core::Awaitable<void> {
      const auto executor = co_await core::this_coro::executor;
      InProcess run(executor, scene, results.get(),
                    {.smolvm = StandIn::executable(), .jobs = 300, .settle = 1000ms});
      core::Scope scope(executor);
      scope.spawn(beat(heart));
      const auto summary = co_await run.fleet().run();
      scope.cancel();
      co_await scope.join();
      CHECK(summary.count(smolfleet::results::Status::ok) == 300);
    };
    run_loop(task);
    CHECK(no_children_left());
    CHECK(heart.beats > 50);
    // A figure to read, no gate: a busy machine may be later.
    MESSAGE("of ", heart.beats, " beats the latest came ", heart.latest.count(), " ms late");
  }
}
