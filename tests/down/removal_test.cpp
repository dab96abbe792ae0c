// What `smolfleet down` takes down, and how.
#include "../up/scenario.hpp"
#include "down_run.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace smolfleet::test;

namespace {

using Statuses = std::map<std::string, std::string>;

/// Marks begin and end of each delete in a file, around the stand-in.
std::string marking_smolvm(const Scene& scene) {
  const auto path =
      scene.directory().write("smolvm",
                              "#!/bin/sh\n"
                              "[ \"$2\" = delete ] && echo begin >> " +
                                  scene.directory().path("marks") + "\n" + StandIn::executable() +
                                  " \"$@\"; code=$?\n"
                                  "[ \"$2\" = delete ] && echo end >> " +
                                  scene.directory().path("marks") + "\nexit $code\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

}  // namespace

TEST_SUITE("down") {
  TEST_CASE("the guests of a plan feed are stopped and deleted; once more finds them gone") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto plans = feed_of({created(scene, "a"), created(scene, "b")});
    const auto up = smolvm.run({created(scene, "a"), created(scene, "b")}, {"--run", "r1"});
    CHECK(up.ended.exit == 0);
    const auto first = down(smolvm, plans);
    CHECK(first.ended.exit == 0);
    CHECK(first.statuses() == Statuses{{"a", "removed"}, {"b", "removed"}});
    CHECK(first.of("b")["line"] == 2);
    CHECK(first.of("b")["id"] == "id-b");
    CHECK(first.of("b")["run"] == "r1");
    CHECK(first.of("b")["phases"][0]["name"] == "stop");
    CHECK(first.of("b")["phases"][1]["name"] == "delete");
    CHECK(first.logged("2 removed, 0 gone already, 0 skipped, 0 failed in "));
    CHECK(smolvm.machines().empty());
    // The other guest's stop may lock a delete out, which is then tried again.
    auto verbs = smolvm.verbs_for("a");
    verbs.resize(6);
    CHECK(verbs == Verbs{"create", "start", "cp", "exec", "stop", "delete"});

    const auto second = down(smolvm, plans);
    CHECK(second.ended.exit == 0);
    CHECK(second.statuses() == Statuses{{"a", "gone"}, {"b", "gone"}});
    CHECK(second.of("a")["phases"].empty());
    CHECK(smolvm.verbs_for("a").back() == "delete");
    CHECK(smolvm.calls("stop").size() == 2);
  }

  TEST_CASE("results name guests too, whatever became of their plans, and events are passed over") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule_for("exec", "bad", action("exit", 3))})));
    const auto up = smolvm.run({created(scene, "good"), created(scene, "bad")},
                               {"--on-failure", "keep", "--run", "r1"});
    CHECK(up.of("bad")["status"] == "failed");
    CHECK(smolvm.machines() == std::set<std::string>{"bad", "good"});
    const auto input = R"({"event":"admitted","id":"x","target":"x","line":1})"
                       "\n" +
                       lines_again(up);
    const auto run = down(smolvm, input);
    CHECK(run.ended.exit == 0);
    CHECK(run.statuses() == Statuses{{"bad", "removed"}, {"good", "removed"}});
    CHECK(run.of("good")["run"] == "r1");
    CHECK(smolvm.machines().empty());
  }

  TEST_CASE("down behind up in a pipe takes down what up has just made") {
    const Scene scene;
    const StandIn smolvm(scene);
    constexpr int size = 8;
    const auto plans = scene.directory().write("plans.jsonl", feed_of(fleet_of(scene, size)));
    const auto ended = run_program(
        {"/bin/sh", "-c", R"("$0" up --events --smolvm "$1" "$2" | "$0" down --smolvm "$1")",
         from_build("SMOLFLEET_EXE"), StandIn::executable(), plans},
        "", smolvm.environment());
    const auto run = collect_removals(ended);
    CHECK(run.ended.exit == 0);
    REQUIRE(run.removals.size() == size);
    for (const auto& removal : run.removals)
      CHECK(removal["status"] == "removed");
    CHECK(smolvm.machines().empty());
  }

  TEST_CASE("--run takes down all guests of the run, and no input is read") {
    const Scene scene;
    const StandIn smolvm(scene);
    CHECK(smolvm.run({created(scene, "a"), created(scene, "b")}, {"--run", "r1"}).ended.exit == 0);
    CHECK(smolvm.run({created(scene, "c")}, {"--run", "r2"}).ended.exit == 0);
    create_by_hand(smolvm, "mine");
    ProgramOptions options;
    options.environment = smolvm.environment();
    Program program(down_argv(StandIn::executable(), {"--run", "r1"}), options);
    const auto run = collect_removals(program.wait_keeping_input());
    CHECK(run.ended.exit == 0);
    CHECK(run.statuses() == Statuses{{"a", "removed"}, {"b", "removed"}});
    CHECK(run.of("a")["line"] == nullptr);
    CHECK(run.of("a")["id"] == "id-a");
    CHECK(run.of("a")["run"] == "r1");
    CHECK(smolvm.machines() == std::set<std::string>{"c", "mine"});
    const auto again = down(smolvm, "", {"--run", "r1"});
    CHECK(again.ended.exit == 0);
    CHECK(again.removals.empty());
    CHECK(again.logged("no guest of run r1"));
  }

  TEST_CASE("FILE and --run together: only those of the file that are of the run") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto one = smolvm.run({created(scene, "a"), created(scene, "b")}, {"--run", "r1"});
    const auto other = smolvm.run({created(scene, "c")}, {"--run", "r2"});
    const auto plans = feed_of({created(scene, "a"), created(scene, "c")});
    const auto by_plans = down(smolvm, plans, {"--run", "r1", "-"});
    CHECK(by_plans.ended.exit == 0);
    CHECK(by_plans.statuses() == Statuses{{"a", "removed"}, {"c", "skipped"}});
    const auto file = scene.directory().write("r.jsonl", lines_again(one) + lines_again(other));
    const auto by_results = down(smolvm, "", {"--run", "r2", file});
    CHECK(by_results.statuses() == Statuses{{"a", "skipped"}, {"b", "skipped"}, {"c", "removed"}});
    CHECK(smolvm.machines() == std::set<std::string>{"b"});
  }

  TEST_CASE("a guest that is named twice is taken down once") {
    const Scene scene;
    const StandIn smolvm(scene);
    const std::vector<json> twice = {created(scene, "a"), created(scene, "a")};
    CHECK(smolvm.run({created(scene, "a")}).ended.exit == 0);
    const auto run = down(smolvm, feed_of(twice));
    CHECK(run.ended.exit == 0);
    REQUIRE(run.removals.size() == 2);
    CHECK(run.removals[0]["status"] == "removed");
    CHECK(run.removals[1]["status"] == "gone");
    CHECK(smolvm.calls("stop").size() == 1);
    CHECK(smolvm.calls("delete").size() == 1);
  }

  TEST_CASE("locked databases, deaths and hangs are tried again") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule("delete", {1, 2}, action("error", "locked")),
                                               rule("delete", {3}, action("signal", "KILL")),
                                               rule("stop", {1}, action("hang", "polite"))})));
    CHECK(smolvm.run({created(scene, "b")}).ended.exit == 0);
    const auto run = down(smolvm, feed_of({created(scene, "b")}), {"--deadline", "stop=9"});
    CHECK(run.ended.exit == 0);
    CHECK(run.of("b")["status"] == "removed");
    CHECK(run.of("b")["phases"][0]["attempts"] == 2);
    CHECK(run.of("b")["phases"][1]["attempts"] == 4);
    CHECK(smolvm.machines().empty());
  }

  TEST_CASE("what cannot be removed is failed, named at the end, and makes exit 1") {
    const Scene scene;
    const StandIn smolvm(
        scene, scenario(json::array({rule_for("delete", "kept", action("prompt", true))})));
    CHECK(smolvm.run({created(scene, "kept"), created(scene, "b")}).ended.exit == 0);
    const auto run = down(smolvm, feed_of({created(scene, "kept"), created(scene, "b")}));
    CHECK(run.ended.exit == 1);
    CHECK(run.statuses() == Statuses{{"b", "removed"}, {"kept", "failed"}});
    CHECK(run.of("kept")["error"]["code"] == "removal_failed");
    CHECK(run.of("kept")["error"]["phase"] == "delete");
    CHECK(run.logged("1 guest could not be removed: kept"));
    CHECK(run.logged("1 removed, 0 gone already, 0 skipped, 1 failed in "));
    CHECK(smolvm.machines() == std::set<std::string>{"kept"});
  }

  TEST_CASE("the VM that an interrupted start has left is ended with its machine") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule_for("start", "b", action("orphan", true))})));
    const auto up = smolvm.run({created(scene, "b")}, {"--on-failure", "keep"});
    CHECK(up.of("b")["error"]["code"] == "start_failed");
    const auto run = down(smolvm, lines_again(up));
    CHECK(run.of("b")["status"] == "removed");
    CHECK(smolvm.machines().empty());
    CHECK(vm_processes(scene).empty());
  }

  TEST_CASE("a guest that somebody else removes meanwhile counts as gone") {
    const Scene scene;
    const StandIn smolvm(
        scene, scenario(json::array({rule_for("stop", "b", action("error", "vm-not-found")),
                                     rule_for("delete", "b", action("error", "vm-not-found"))})));
    CHECK(smolvm.run({created(scene, "b")}).ended.exit == 0);
    const auto run = down(smolvm, feed_of({created(scene, "b")}));
    CHECK(run.ended.exit == 0);
    CHECK(run.of("b")["status"] == "gone");
  }

  TEST_CASE("guests that are gone are looked for together, not each in a list of its own") {
    const Scene scene;
    const StandIn smolvm(scene);
    constexpr int size = 200;
    const auto run = down(smolvm, feed_of(fleet_of(scene, size)));
    CHECK(run.ended.exit == 0);
    CHECK(run.removals.size() == size);
    CHECK(smolvm.calls("ls").size() < size / 4);
  }

  TEST_CASE("guests are deleted one at a time") {
    const Scene scene;
    constexpr int size = 6;
    const StandIn smolvm(scene,
                         scenario(json::array({rule_for("delete", "*", action("latency", 20))})));
    CHECK(smolvm.run(fleet_of(scene, size)).ended.exit == 0);
    const auto run = collect_removals(run_program(
        down_argv(marking_smolvm(scene)), feed_of(fleet_of(scene, size)), smolvm.environment()));
    CHECK(run.ended.exit == 0);
    CHECK(run.removals.size() == size);
    // A stop may still lock one out, which is then tried again; but none begins within another.
    const auto marks = lines_of(scene.directory().read("marks"));
    CHECK(marks.size() >= 2 * size);
    for (std::size_t i = 0; i < marks.size(); ++i)
      CHECK(marks[i] == (i % 2 == 0 ? "begin" : "end"));
    CHECK(smolvm.machines().empty());
  }
}
