// How a run is ended early: drain, cancel, leave, --halt.
#include "fixture.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace smolfleet::test;
using namespace std::chrono_literals;

TEST_SUITE("up") {
  TEST_CASE("one signal drains: no more plans are read, and what is in flight is finished") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({rule("exec", {1}, action("exit", 137))})));
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      CAPTURE(signal);
      Program program(Scene::up(StandIn::executable(), {"--settle-delay", "0.2"}),
                      smolvm.watched());
      // The rejected line comes last, so by its result the other has been admitted.
      const auto target = "a" + std::to_string(signal);
      program.write(feed_of({created(scene, target), {{"target", "?"}}}));
      CHECK(json::parse(program.read_line().value())["status"] == "rejected");
      program.send_signal(signal);
      program.read_log_line_with("reading no more plans");
      program.write(feed_of({created(scene, "late")}));
      const auto run = collect(program.wait_keeping_input());
      CHECK(run.ended.exit == 128 + signal);
      REQUIRE(run.results.size() == 1);
      CHECK(run.of(target)["status"] == "ok");
      CHECK(smolvm.machines().contains(target));
      CHECK(scene.staging_is_gone());
    }
    CHECK_FALSE(smolvm.machines().contains("late"));
  }

  TEST_CASE("the second signal cancels: children are ended, guests removed, plans answered") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule("exec", {1}, action("hang", "polite"))})));
    // SIGHUP drains, too, and does not count.
    using Signals = std::vector<std::pair<int, std::string>>;
    for (const auto& first :
         {Signals{{SIGINT, "SIGINT"}}, Signals{{SIGHUP, "SIGHUP"}, {SIGTERM, "SIGTERM"}}}) {
      const auto suffix = std::to_string(first.size());
      Program program(Scene::up(StandIn::executable(), {"--events"}), smolvm.watched());
      program.write(feed_of({created(scene, "a" + suffix), scene.plan("b" + suffix)}));
      read_until_installing(program, 2);
      for (const auto& [signal, name] : first) {
        program.send_signal(signal);
        program.read_log_line_with(name + ": reading no more plans");
      }
      program.send_signal(SIGTERM);
      const auto run = collect(program.wait_keeping_input());
      CHECK(run.ended.exit == 128 + SIGTERM);
      CHECK(run.results.size() == 2);
      for (const auto* target : {"a", "b"}) {
        const auto& result = run.of(target + suffix);
        CHECK(result["status"] == "cancelled");
        CHECK(result["error"]["code"] == "cancelled");
        CHECK(result["leaked"] == false);
      }
      CHECK(smolvm.machines().empty());
      // Whether the exec had begun when the signal came is not known, nor does it matter.
      const auto verbs = smolvm.verbs_for("a" + suffix);
      CHECK(Verbs(verbs.begin(), verbs.begin() + 3) == Verbs{"create", "start", "cp"});
      CHECK(Verbs(verbs.end() - 2, verbs.end()) == Verbs{"stop", "delete"});
      // It was there before, as far as smolfleet knows.
      for (const auto& verb : smolvm.verbs_for("b" + suffix))
        CHECK((verb == "cp" || verb == "exec"));
      CHECK(scene.staging_is_gone());
    }
  }

  TEST_CASE("the third signal leaves at once and names what is left") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule("exec", {1}, action("hang", "stubborn")),
                                               rule("stop", {1}, action("hang", "stubborn"))})));
    Program program(Scene::up(StandIn::executable(), {"--run", "r1", "--events"}),
                    smolvm.watched());
    program.write(feed_of({created(scene, "a")}));
    // Only now is it certain that there is a guest to be left.
    read_until_installing(program, 1);
    program.send_signal(SIGINT);
    program.read_log_line_with("reading no more plans");
    program.send_signal(SIGINT);
    program.read_log_line_with("cleaning up");
    program.send_signal(SIGINT);
    const auto run = collect(program.wait_keeping_input());
    CHECK(run.ended.exit == 128 + SIGINT);
    CHECK(run.of("a")["status"] == "cancelled");
    CHECK(run.of("a")["leaked"] == true);
    CHECK(smolvm.machines().contains("a"));
    CHECK(run.log_lines_with("1 guest could not be removed: a") == 1);
    CHECK(scene.staging_is_gone());
  }

  TEST_CASE("what is sent to smolfleet's group does not reach a child that is being born") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({rule("exec", {1}, action("exit", 137))})));
    auto options = smolvm.watched();
    options.own_group = true;
    Program program(Scene::up(StandIn::executable(), {"--settle-delay", "0.1"}), options);
    constexpr int size = 24;
    std::vector<json> plans;
    for (int i = 0; i < size; ++i)
      plans.push_back(scene.plan("b" + std::to_string(i)));
    program.write(feed_of(plans));
    smolvm.wait_for_calls("cp", size);
    {
      const std::jthread storm([&](const std::stop_token& over) {
        while (!over.stop_requested()) {
          ::kill(-program.pid(), SIGHUP);
          std::this_thread::sleep_for(
              50us);  // without it the loop does nothing but hear of signals
        }
      });
      for (int i = 0; i < size; ++i) {
        const auto result = json::parse(program.read_line().value());
        CAPTURE(result.dump());
        CHECK(result["status"] == "ok");
      }
    }
    // The storm may outlast the run, and its handlers.
    const auto ended = program.wait_keeping_input();
    CHECK((ended.exit == 128 + SIGHUP || ended.signal == SIGHUP));
  }

  TEST_CASE("a second SIGHUP is no more than the first") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({rule("exec", {1}, action("exit", 137))})));
    Program program(Scene::up(StandIn::executable(), {"--settle-delay", "0.2"}), smolvm.watched());
    program.write(feed_of({scene.plan("a"), {{"target", "?"}}}));
    CHECK(json::parse(program.read_line().value())["status"] == "rejected");
    program.send_signal(SIGHUP);
    program.read_log_line_with("reading no more plans");
    program.send_signal(SIGHUP);
    const auto run = collect(program.wait_keeping_input());
    CHECK(run.of("a")["status"] == "ok");
    CHECK(run.ended.exit == 128 + SIGHUP);
  }

  TEST_CASE("--halt soon finishes what is in flight, --halt now cancels it") {
    const Scene scene;
    const StandIn smolvm(
        scene, scenario(json::array({rule_for("cp", "bad", action("exit", 3)),
                                     rule_for("exec", "slow-now", action("hang", "polite")),
                                     {{"verb", "exec"},
                                      {"machine", "slow-soon"},
                                      {"attempts", {1}},
                                      {"action", action("exit", 137)}}})));
    for (const std::string when : {"soon", "now"}) {
      CAPTURE(when);
      Program program(
          Scene::up(StandIn::executable(), {"--halt", when + ",fail=1", "--settle-delay", "0.2"}),
          smolvm.watched());
      program.write(feed_of({scene.plan("slow-" + when), scene.plan("bad")}));
      program.read_log_line_with("--halt: 1 of");
      program.write(feed_of({scene.plan("late")}));
      const auto run = collect(program.wait_keeping_input());
      CHECK(run.ended.exit == 1);
      CHECK(run.of("bad")["status"] == "failed");
      CHECK(run.of("slow-" + when)["status"] == (when == "now" ? "cancelled" : "ok"));
      CHECK(run.results.size() == 2);
    }
    CHECK(smolvm.verbs_for("late").empty());
  }

  TEST_CASE("signals that were ignored when smolfleet was started stay ignored") {
    const Scene scene;
    const StandIn smolvm(scene);
    for (const int signal : {SIGHUP, SIGINT}) {
      ProgramOptions options;
      options.environment = smolvm.environment();
      options.ignored_signals = {signal};
      Program program(Scene::up(StandIn::executable()), options);
      const auto suffix = std::to_string(signal);
      program.write(feed_of({scene.plan("a" + suffix)}));
      CHECK(program.read_line());  // by now it has set up its signals
      program.send_signal(signal);
      program.write(feed_of({scene.plan("b" + suffix)}));
      CHECK(json::parse(program.read_line().value())["status"] == "ok");
      CHECK(program.wait().exit == 0);
    }
  }

  TEST_CASE("a signal at the very end of the feed ends the run one way or the other") {
    const Scene scene;
    const StandIn smolvm(scene);
    for (int i = 0; i < 20; ++i) {
      ProgramOptions options;
      options.environment = smolvm.environment();
      Program program(Scene::up(StandIn::executable()), options);
      program.write("no plan\n");
      CHECK(program.read_line());
      program.send_signal(SIGSTOP);
      program.close_input();
      program.send_signal(SIGTERM);
      program.send_signal(SIGCONT);
      const auto ended = program.wait();
      const bool expected = ended.exit == 1 || ended.exit == 128 + SIGTERM;
      CHECK(expected);
      CHECK(scene.staging_is_gone());
    }
  }

  TEST_CASE("plans that were read along with others and not started are answered too") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule("exec", {1}, action("hang", "polite"))})));
    ProgramOptions options;
    options.environment = smolvm.environment();
    Program program(Scene::up(StandIn::executable(), {"--jobs", "2"}), options);
    // One write, so one read: "b" and "c" are taken from the pipe with the line that is answered.
    program.write(feed_of({{{"target", "?"}}, scene.plan("a"), scene.plan("b"), scene.plan("c")}));
    CHECK(json::parse(program.read_line().value())["status"] == "rejected");
    program.send_signal(SIGINT);
    program.send_signal(SIGTERM);
    const auto run = collect(program.wait_keeping_input());
    CHECK(run.results.size() == 3);
    for (const auto* target : {"a", "b", "c"})
      CHECK(run.of(target)["status"] == "cancelled");
  }
}
