// What limits how many guests are at something at a time: rate, width, memory.
#include "smolfleet/admission/memory_reserve.hpp"

#include "fixture.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <string>

using namespace smolfleet;
using namespace smolfleet::test;

namespace {

constexpr std::uint64_t small_guest = 64;

/// A reserve that leaves a small guest just enough of a host that nothing else runs on: never now.
std::string reserve_that_waits() {
  return std::to_string(admission::read_host_memory().value().total - small_guest - 1);
}

json guest_of(const Scene& scene, const std::string& target, std::uint64_t memory_mib) {
  auto plan = created(scene, target);
  plan["machine"]["memory_mib"] = memory_mib;
  return plan;
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE("starts keep their rate") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto begun = std::chrono::steady_clock::now();
    const auto run = smolvm.run(fleet_of(scene, 6), {"--start-rate", "20"});
    CHECK(run.ended.exit == 0);
    CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds(5 * 50));
  }

  TEST_CASE("a fixed number of boot slots is kept") {
    const Scene scene;
    auto crowded = chance("start", 1.0, action("exit", 9));
    crowded["above"] = 2;
    const StandIn smolvm(
        scene, scenario(json::array({crowded, chance("start", 1.0, action("latency", 10))})));
    const auto run = smolvm.run(fleet_of(scene, 40), {"--boot-slots", "2"});
    CHECK(run.ended.exit == 0);
    CHECK(run.results.size() == 40);
  }

  // Every start fails, so that it makes no difference how many of them this host gets to at a time.
  TEST_CASE("a width at which starts fail for want of resources is left") {
    const Scene scene;
    const StandIn smolvm(
        scene, scenario(json::array({chance("start", 1.0, action("error", "not-ready"))})));
    const auto run =
        smolvm.run(fleet_of(scene, 20), {"--deadline", "start=1", "--log-level", "debug"});
    CHECK(run.ended.exit == 1);
    CHECK(run.results.size() == 20);
    CHECK(run.log_lines_with("starts at a time") >= 1);
  }

  TEST_CASE("a guest that this host can never hold is refused, and the others go on") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto total = admission::read_host_memory().value().total;
    const auto run = smolvm.run({guest_of(scene, "giant", total),
                                 guest_of(scene, "small", small_guest), scene.plan("up-already")},
                                {"--memory-reserve", "1"});
    CHECK(run.ended.exit == 1);
    CHECK(run.of("giant")["error"]["code"] == "host_unfit");
    CHECK(run.of("giant")["phases"].empty());
    CHECK(run.of("small")["status"] == "ok");
    CHECK(run.of("up-already")["status"] == "ok");
  }

  TEST_CASE("who waits for memory is told of once, reads no further, and is answered on a signal") {
    const Scene scene;
    const StandIn smolvm(scene);
    Program program(Scene::up(StandIn::executable(), {"--memory-reserve", reserve_that_waits()}),
                    smolvm.watched());
    program.write(feed_of({scene.plan("first"), guest_of(scene, "waits", small_guest),
                           guest_of(scene, "behind", small_guest)}));
    CHECK(json::parse(program.read_line().value())["target"] == "first");
    program.read_log_line_with("waiting for memory");
    program.send_signal(SIGINT);
    const auto run = collect(program.wait_keeping_input());
    CHECK(run.ended.exit == 128 + SIGINT);
    for (const auto* target : {"waits", "behind"}) {
      CHECK(run.of(target)["status"] == "cancelled");
      CHECK(run.of(target)["phases"].empty());
    }
    CHECK(smolvm.calls("create").empty());
  }

  TEST_CASE("the run's limit ends a wait for memory") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto run = smolvm.run({guest_of(scene, "waits", small_guest)},
                                {"--memory-reserve", reserve_that_waits(), "--timeout", "0.3"});
    CHECK(run.ended.exit == 1);
    CHECK(run.of("waits")["error"]["code"] == "timeout");
    CHECK(run.log_lines_with("waiting for memory") == 1);
  }

  TEST_CASE("a reserve that leaves nothing is a mistake, and nothing is started") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto run = smolvm.run({scene.plan("b")}, {"--memory-reserve", "1000000000"});
    CHECK(run.ended.exit == 2);
    CHECK(run.results.empty());
    CHECK(run.log_lines_with("leaves nothing for guests") == 1);
  }
}
