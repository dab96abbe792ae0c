// What becomes of guests whose plans did not end ok.
#include "fixture.hpp"
#include "in_process.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace smolfleet::test;

namespace {

/// A guest whose CA cannot be installed.
const json failing_install = rule_for("exec", "*", action("exit", 3));

StandIn failing_with(const Scene& scene, std::vector<json> more) {
  auto rules = json::array({failing_install});
  for (auto& one : more)
    rules.insert(rules.begin(), std::move(one));
  return StandIn(scene, scenario(rules));
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE("a guest whose plan fails is stopped and deleted, and the result tells") {
    const Scene scene;
    const auto smolvm = failing_with(scene, {});
    const auto run = smolvm.run({created(scene, "b")});
    CHECK(run.ended.exit == 1);
    const auto& result = run.of("b");
    CHECK(result["error"]["code"] == "install_failed");
    CHECK(result["leaked"] == false);
    CHECK(result["phases"].size() == 6);
    CHECK(result["phases"][4]["name"] == "stop");
    CHECK(result["phases"][5]["name"] == "delete");
    CHECK(smolvm.verbs_for("b") == Verbs{"create", "start", "cp", "exec", "stop", "delete"});
    CHECK(smolvm.machines().empty());
  }

  TEST_CASE("--on-failure stop leaves it stopped, keep leaves it running") {
    const Scene scene;
    const auto smolvm = failing_with(scene, {});
    const auto stopped = smolvm.run({created(scene, "s")}, {"--on-failure", "stop"});
    CHECK(stopped.of("s")["leaked"] == false);
    CHECK(smolvm.verbs_for("s").back() == "stop");
    const auto kept = smolvm.run({created(scene, "k")}, {"--on-failure", "keep"});
    CHECK(kept.of("k")["leaked"] == false);
    CHECK(smolvm.verbs_for("k").back() == "exec");
    CHECK(smolvm.machines() == std::set<std::string>{"k", "s"});
  }

  TEST_CASE("a guest that was there before is never touched") {
    const Scene scene;
    const auto smolvm = failing_with(scene, {});
    CHECK(run_program({StandIn::executable(), "machine", "create", "--name", "mine"}, "",
                      smolvm.environment())
              .exit == 0);
    const auto run = smolvm.run({scene.plan("up-already"), created(scene, "mine")});
    CHECK(run.of("up-already")["error"]["code"] == "install_failed");
    CHECK(run.of("mine")["error"]["code"] == "create_failed");
    CHECK(run.of("mine")["leaked"] == false);
    CHECK(smolvm.verbs_for("up-already") == Verbs{"cp", "exec"});
    CHECK(smolvm.verbs_for("mine") == Verbs{"create", "create"});
    CHECK(smolvm.machines() == std::set<std::string>{"mine"});
  }

  TEST_CASE("the VM of a start that died half-way is found by stop and gone before delete") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule_for("start", "b", action("orphan", true))})));
    const auto run = smolvm.run({created(scene, "b")});
    CHECK(run.of("b")["error"]["code"] == "start_failed");
    CHECK(run.of("b")["leaked"] == false);
    CHECK(smolvm.verbs_for("b") == Verbs{"create", "start", "stop", "delete"});
    CHECK(smolvm.machines().empty());
    CHECK(vm_processes(scene).empty());
  }

  TEST_CASE("a start that hangs is ended first, then its VM, then its machine") {
    const Scene scene;
    const StandIn smolvm(
        scene,
        scenario(json::array({rule_for("start", "b", {{"daemon", true}, {"hang", "stubborn"}})})));
    const auto run = smolvm.run({created(scene, "b")}, {"--deadline", "start=0.2"});
    CHECK(run.of("b")["error"]["code"] == "timeout");
    CHECK(run.of("b")["leaked"] == false);
    CHECK(smolvm.machines().empty());
    CHECK(vm_processes(scene).empty());
  }

  TEST_CASE("clean-up is tried again: locked databases, deaths, hangs") {
    const Scene scene;
    const auto smolvm = failing_with(scene, {rule("delete", {1, 2}, action("error", "locked")),
                                             rule("delete", {3}, action("signal", "KILL")),
                                             rule("stop", {1}, action("hang", "polite")),
                                             rule("stop", {2}, action("signal", "SEGV"))});
    const auto run = smolvm.run({created(scene, "b")}, {"--deadline", "stop=9"});
    const auto& result = run.of("b");
    CHECK(result["leaked"] == false);
    CHECK(result["phases"][4]["attempts"] == 3);
    CHECK(result["phases"][5]["attempts"] == 4);
    CHECK(smolvm.machines().empty());
  }

  TEST_CASE("what cannot be removed is named, in the result and at the end") {
    const Scene scene;
    const auto smolvm = failing_with(scene, {rule_for("delete", "kept", action("prompt", true)),
                                             rule_for("stop", "deaf", action("exit", 1))});
    const auto run = smolvm.run(
        {created(scene, "kept"), created(scene, "deaf"), created(scene, "gone")}, {"--run", "r7"});
    CHECK(run.of("kept")["leaked"] == true);
    CHECK(run.of("deaf")["leaked"] == true);
    CHECK(run.of("gone")["leaked"] == false);
    // Deleting what would not stop would hide a VM that runs.
    CHECK(std::ranges::count(smolvm.verbs_for("deaf"), "delete") == 0);
    CHECK(smolvm.machines() == std::set<std::string>{"deaf", "kept"});
    CHECK(run.log_lines_with("2 guests could not be removed") == 1);
    CHECK(run.log_lines_with("smolfleet down --run r7") == 1);
  }

  TEST_CASE("a guest that is gone already needs no clean-up") {
    const Scene scene;
    const auto smolvm =
        failing_with(scene, {rule_for("stop", "b", action("error", "vm-not-found")),
                             rule_for("delete", "b", action("error", "vm-not-found"))});
    CHECK(smolvm.run({created(scene, "b")}).of("b")["leaked"] == false);
  }

  TEST_CASE("a create that was killed half-way: the list tells whether the guest is there") {
    const Scene scene;
    const Recorder smolvm(scene);
    const auto listed = [](const char* run, const char* invocation) {
      return json::array({{{"name", "b"},
                           {"state", "created"},
                           {"created_at", 1},
                           {"labels",
                            {{"smolfleet.run", run},
                             {"smolfleet.plan", "id-b"},
                             {"smolfleet.line", "1"},
                             {"smolfleet.invocation", invocation}}}}})
          .dump();
    };
    const std::map<std::string, Verbs> lists = {
        {listed(in_process_run, in_process_invocation), {"stop", "delete"}},
        {listed(in_process_run, "another"), {}},
        {listed("another", in_process_invocation), {}},
        {"[]", {}},
    };
    for (const auto& [list, clean_up] : lists) {
      CAPTURE(list);
      smolvm.answer({{"create", {{{"signal", SIGKILL}}}},
                     {"help", {{{"out", "  --label <K=V>\n"}}}},
                     {"ls", {{{"out", list}}}},
                     {"delete", {{{"out", "Deleted machine: b\n"}}}}});
      smolvm.forget_calls();
      const auto results = run_in_process(scene, {created(scene, "b")},
                                          {.smolvm = from_build("RECORDING_SMOLVM_EXE")});
      REQUIRE(results.size() == 1);
      CHECK(results[0]["error"]["code"] == "create_failed");
      CHECK(results[0]["leaked"] == false);
      Verbs after;
      for (const auto& call : smolvm.calls())
        after.push_back(call["verb"]);
      const auto asked = std::ranges::find(after, "ls");
      REQUIRE(asked != after.end());
      CHECK(Verbs(std::next(asked), after.end()) == clean_up);
    }
  }

  TEST_CASE("an earlier plan's guest survives a namesake whose create was killed") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule("create", {2}, action("signal", "KILL"))})));
    // The same id and target: only the line tells them apart.
    const auto run = smolvm.run({created(scene, "b"), created(scene, "b")}, {"--jobs", "1"});
    REQUIRE(run.results.size() == 2);
    CHECK(run.results[0]["status"] == "ok");
    CHECK(run.results[1]["error"]["code"] == "create_failed");
    CHECK(run.results[1]["leaked"] == false);
    CHECK(smolvm.verbs_for("b") == Verbs{"create", "start", "cp", "exec", "create"});
    CHECK(smolvm.machines() == std::set<std::string>{"b"});
  }

  TEST_CASE("when smolvm does not say whether the guest is there, it counts as leaked") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"create", {{{"signal", SIGKILL}}}}, {"ls", {{{"exit", 1}}}}});
    const auto run = smolvm.run({created(scene, "b")});
    CHECK(run.of("b")["leaked"] == true);
    CHECK(smolvm.calls("ls").size() > 1);
    CHECK(smolvm.calls("delete").empty());
  }

  TEST_CASE("guests are deleted one at a time, after a cancel too") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule("exec", {1}, action("hang", "polite"))})));
    Program program(Scene::up(StandIn::executable(), {"--events"}), smolvm.watched());
    constexpr int size = 12;
    program.write(feed_of(fleet_of(scene, size)));
    read_until_installing(program, size);
    program.send_signal(SIGINT);
    program.read_log_line_with("reading no more plans");
    program.send_signal(SIGINT);
    const auto run = collect(program.wait_keeping_input());
    CHECK(run.results.size() == size);
    for (const auto& result : run.results)
      CHECK(result["leaked"] == false);
    int deleting = 0;
    int most = 0;
    for (const auto& event : run.events) {
      if (event.value("phase", "") != "delete") continue;
      deleting += event["event"] == "phase_started" ? 1 : -1;
      most = std::max(most, deleting);
    }
    CHECK(most == 1);
    CHECK(smolvm.machines().empty());
  }
}
