// What smolvm does to an orchestrator: locks, kills, hangs, daemons, hosts without KVM. With the
// stand-in, scripted by scenarios.
#include "fixture.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace smolfleet::test;

namespace {

json first_start_of_b0_hangs() {
  auto hang = rule("start", {1}, action("hang", "polite"));
  hang["machine"] = "b0";
  return hang;
}

/// The children of a process, zombies included.
std::string children_of(pid_t pid) {
  const auto number = std::to_string(pid);
  return content_of("/proc/" + number + "/task/" + number + "/children");
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE("a start that leaves a daemon with our pipes does not hold up its plan") {
    const Scene scene;
    const StandIn smolvm(
        scene,
        scenario(json::array({rule("start", {1}, {{"hold_pipes", true}, {"daemon", true}})})));
    const auto run = smolvm.run({created(scene, "b")});
    CHECK(run.of("b")["status"] == "ok");
    // Ends the daemon; its output goes nowhere because nobody waits for it.
    CHECK(run_program({StandIn::executable(), "machine", "stop", "--name", "b"}, "",
                      smolvm.environment())
              .exit == 0);
  }

  TEST_CASE("as a container's first process smolfleet reaps the VMs that it is handed, and ends") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule("start", {1}, action("daemon", true)),
                                               rule_for("exec", "bad*", action("exit", 3))})));
    ProgramOptions options;
    options.environment = smolvm.environment();
    options.subreaper = true;
    Program program(Scene::up(StandIn::executable()), options);
    constexpr int size = 8;
    for (int i = 0; i < size; ++i)
      program.write(feed_of({created(scene, "bad" + std::to_string(i))}));
    for (int i = 0; i < size; ++i)
      CHECK(json::parse(program.read_line().value())["leaked"] == false);
    while (!children_of(program.pid()).empty())
      ::sched_yield();
    CHECK(program.wait().exit == 1);
    // Once more with a run that ends with its last child.
    Program short_run(Scene::up(StandIn::executable()), options);
    short_run.write(feed_of({created(scene, "good")}));
    CHECK(short_run.wait().exit == 0);
    CHECK(run_program({StandIn::executable(), "machine", "stop", "--name", "good"}, "",
                      smolvm.environment())
              .exit == 0);
  }

  TEST_CASE("300 guests whose first install is killed settle together") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({rule("exec", {1}, action("exit", 137))})));
    std::vector<json> plans;
    for (int i = 0; i < 300; ++i)
      plans.push_back(scene.plan("b" + std::to_string(i)));
    const auto run = smolvm.run(plans, {"--jobs", "300", "--settle-delay", "3"});
    CHECK(run.ended.exit == 0);
    CHECK(count_by_status(run) == std::map<std::string, int>{{"ok", 300}});
    // Who waits for its second lets the others begin: one after the other it would be 1 2 1 2 …
    std::vector<int> order;
    for (const auto& call : smolvm.calls("exec"))
      order.push_back(call["attempt"]);
    REQUIRE(order.size() == 600);
    const auto second = std::ranges::find(order, 2);
    CHECK(std::distance(order.begin(), second) >= 10);
  }

  TEST_CASE("a fleet with locks, kills, passing start failures and hangs: each plan exactly once") {
    constexpr int size = 400;
    const Scene scene;
    const auto rules = json::array({chance("create", 0.3, action("error", "locked")),
                                    chance("exec", 0.05, action("signal", "KILL")),
                                    {{"verb", "start"},
                                     {"attempts", {1}},
                                     {"probability", 0.03},
                                     {"action", action("error", "not-ready")}},
                                    {{"verb", "cp"},
                                     {"attempts", {1}},
                                     {"probability", 0.01},
                                     {"action", action("hang", "stubborn")}}});
    const StandIn smolvm(scene, scenario(rules));
    const auto run = smolvm.run(fleet_of(scene, size), {"--settle-delay", "0.05", "--deadline",
                                                        "copy_ca=1", "--jobs", "128"});
    std::set<std::string> targets;
    for (const auto& result : run.results)
      targets.insert(result["target"].get<std::string>());
    CHECK(run.results.size() == size);
    CHECK(targets.size() == size);
    for (const auto& result : run.results) {
      if (result["status"] == "ok") continue;
      // What may end a plan here: a hang, and a guest whose exec was killed both times.
      const auto code = result["error"]["code"].get<std::string>();
      CHECK((code == "timeout" || code == "install_failed"));
    }
    CHECK(count_by_status(run)["ok"] > size * 9 / 10);
    CHECK(scene.staging_is_gone());
  }

  TEST_CASE("while the first start of a run goes on, no other begins") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({first_start_of_b0_hangs()})));
    const auto run = smolvm.run(fleet_of(scene, 6), {"--deadline", "start=2", "--events"});
    bool first_ended = false;
    int later = 0;
    for (const auto& event : run.events) {
      if (event.value("phase", "") != "start") continue;
      if (event["target"] != "b0") CHECK(first_ended);
      later += event["target"] != "b0" && event["event"] == "phase_ended";
      if (event["target"] == "b0" && event["event"] == "phase_ended") first_ended = true;
    }
    CHECK(later == 5);
    CHECK(smolvm.calls("ls").size() == 1);
  }

  TEST_CASE("a host that has started machines before needs no start to go alone") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({first_start_of_b0_hangs()})));
    REQUIRE(smolvm.run({created(scene, "earlier")}).ended.exit == 0);
    // Nobody waits for the one that hangs: its answer is the last.
    const auto run = smolvm.run(fleet_of(scene, 6), {"--deadline", "start=10"});
    REQUIRE(run.results.size() == 6);
    CHECK(run.results.back()["target"] == "b0");
    CHECK(count_by_status(run)["ok"] == 5);
  }

  TEST_CASE("a host that cannot start guests fails the rest at once, and says why") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({chance("start", 1.0, action("error", "no-kvm"))})));
    auto plans = fleet_of(scene, 20);
    plans.push_back(scene.plan("up-already"));
    const auto run = smolvm.run(plans);
    CHECK(run.ended.exit == 1);
    CHECK(smolvm.calls("start").size() == 1);
    for (int i = 0; i < 20; ++i) {
      const auto& error = run.of("b" + std::to_string(i))["error"];
      CHECK(error["code"] == "host_unfit");
      CHECK(error["message"].get<std::string>().find("kvm not available") != std::string::npos);
      CHECK(error["hint"].is_string());
    }
    CHECK(run.of("up-already")["status"] == "ok");
  }

  TEST_CASE("a phase that hangs ends at its deadline, also when it ignores SIGTERM") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule("start", {1}, action("hang", "polite")),
                                               rule("exec", {1}, action("hang", "stubborn"))})));
    // One limit a run: on a busy machine the other phase could reach its own.
    const auto start = smolvm.run({created(scene, "a")}, {"--deadline", "start=0.3"}).of("a");
    CHECK(start["error"]["code"] == "timeout");
    CHECK(start["error"]["phase"] == "start");
    const auto install = smolvm.run({scene.plan("b")}, {"--deadline", "install_ca=0.3"}).of("b");
    CHECK(install["error"]["code"] == "timeout");
    CHECK(install["error"]["phase"] == "install_ca");
    CHECK(install["error"]["hint"] ==
          "Raise the limit if it only needs longer: --deadline install_ca=SECONDS.");
    CHECK(install["error"]["message"] == "install_ca of b was not over after 0.3 s and was ended");
  }

  TEST_CASE("a plan's own limit ends it in whatever phase it is, also while it waits its turn") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule("start", {1}, action("hang", "polite"))})));
    auto first = created(scene, "a");
    auto second = created(scene, "b");
    first["timeout_s"] = 0.5;
    second["timeout_s"] = 0.4;
    const auto run = smolvm.run({first, second}, {"--boot-slots", "1"});
    CHECK(run.of("a")["error"]["code"] == "timeout");
    CHECK(run.of("b")["error"]["code"] == "timeout");
    // The first is ended in its start; on a busy machine one or both already in their create.
    CHECK(smolvm.calls("start").size() <= 1);
  }

  TEST_CASE("the run's limit ends what is in flight and reads no more") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule("exec", {1}, action("hang", "polite"))})));
    ProgramOptions options;
    options.environment = smolvm.environment();
    Program program(Scene::up(StandIn::executable(), {"--timeout", "0.5"}), options);
    program.write(scene.plan("a").dump() + "\n");
    CHECK(json::parse(program.read_line().value())["error"]["code"] == "timeout");
    CHECK(program.wait_keeping_input().exit == 1);
  }

  TEST_CASE("create is retried on a locked database until its rule is exhausted") {
    const Scene scene;
    const StandIn smolvm(
        scene, scenario(json::array({rule("create", {1, 2, 3}, action("error", "locked"))})));
    const auto run = smolvm.run({created(scene, "b")});
    CHECK(run.of("b")["status"] == "ok");
    CHECK(run.of("b")["phases"][0]["attempts"] == 4);
  }

  TEST_CASE("creates go one at a time") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({chance("create", 1.0, action("latency", 50))})));
    const auto begun = std::chrono::steady_clock::now();
    const auto run = smolvm.run(fleet_of(scene, 10), {"--jobs", "10"});
    CHECK(run.ended.exit == 0);
    CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds(10 * 50));
  }

  TEST_CASE("few descriptors mean fewer guests at a time and one line of advice") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto feed = scene.directory().write("feed.jsonl", feed_of(fleet_of(scene, 50)));
    std::vector<std::string> argv = {"/bin/sh", "-c", "ulimit -n 64; exec \"$@\"", "sh"};
    std::ranges::move(Scene::up(StandIn::executable(), {feed}), std::back_inserter(argv));
    const auto run = collect(run_program(argv, "", smolvm.environment()));
    CHECK(run.ended.exit == 0);
    CHECK(run.results.size() == 50);
    CHECK(run.log_lines_with("file descriptors") == 1);
  }
}
