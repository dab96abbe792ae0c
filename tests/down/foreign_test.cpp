// What `smolfleet down` never touches.
#include "../up/scenario.hpp"
#include "down_run.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

using namespace smolfleet::test;

namespace {

/// A smolvm from before labels.
const std::map<std::string, std::string> without_labels = {{"SMOLVM_VERSION", "1.7.0"}};

/// A run of `up` over such a smolvm.
UpRun up_without_labels(const Scene& scene, const StandIn& smolvm, const std::vector<json>& plans,
                        std::vector<std::string> options = {}) {
  auto environment = smolvm.environment();
  environment.insert(without_labels.begin(), without_labels.end());
  auto argv = Scene::up(StandIn::executable(), std::move(options));
  static_cast<void>(scene);
  return collect(run_program(std::move(argv), feed_of(plans), environment));
}

}  // namespace

TEST_SUITE("down") {
  TEST_CASE("a person's machine of the same name is skipped, by plan and by result") {
    const Scene scene;
    const StandIn smolvm(scene);
    create_by_hand(smolvm, "mine");
    const auto up = smolvm.run({created(scene, "mine")});
    CHECK(up.of("mine")["error"]["code"] == "create_failed");
    for (const auto& input : {feed_of({created(scene, "mine")}), lines_again(up)}) {
      const auto run = down(smolvm, input);
      CHECK(run.ended.exit == 0);
      CHECK(run.of("mine")["status"] == "skipped");
      CHECK(run.of("mine")["error"]["code"] == "not_ours");
      CHECK(run.of("mine")["phases"].empty());
      CHECK(run.logged("0 removed, 0 gone already, 1 skipped, 0 failed in "));
    }
    CHECK(smolvm.verbs_for("mine") == Verbs{"create", "create"});
    CHECK(smolvm.machines() == std::set<std::string>{"mine"});
  }

  TEST_CASE("a guest that was only provisioned is skipped, by plan and by result") {
    const Scene scene;
    const StandIn smolvm(scene);
    CHECK(smolvm.run({created(scene, "up-already")}).ended.exit == 0);
    const auto up = smolvm.run({scene.plan("up-already")});
    CHECK(up.of("up-already")["status"] == "ok");
    for (const auto& input : {feed_of({scene.plan("up-already")}), lines_again(up)}) {
      const auto run = down(smolvm, input);
      CHECK(run.ended.exit == 0);
      CHECK(run.of("up-already")["status"] == "skipped");
    }
    CHECK(smolvm.calls("stop").empty());
    CHECK(smolvm.calls("delete").empty());
  }

  TEST_CASE("the guest of another plan or of another run is skipped, and the reason names it") {
    const Scene scene;
    const StandIn smolvm(scene);
    auto first = created(scene, "b");
    first["id"] = "first";
    const auto up = smolvm.run({first}, {"--run", "r1"});
    CHECK(up.ended.exit == 0);
    const auto by_plan = down(smolvm, feed_of({created(scene, "b")}));
    CHECK(by_plan.of("b")["status"] == "skipped");
    CHECK(by_plan.of("b")["error"]["message"] == "b is of plan first, not of plan id-b");
    CHECK(by_plan.of("b")["run"] == "r1");
    auto result = up.of("b");
    result["run"] = "r0";
    const auto by_result = down(smolvm, feed_of({result}));
    CHECK(by_result.of("b")["status"] == "skipped");
    CHECK(by_result.of("b")["error"]["message"] == "b is of run r1, not of run r0");
    CHECK(smolvm.machines() == std::set<std::string>{"b"});
  }

  TEST_CASE("lines that are neither plan nor result are rejected, and the others are done") {
    const Scene scene;
    const StandIn smolvm(scene);
    CHECK(smolvm.run({created(scene, "b")}).ended.exit == 0);
    const auto run =
        down(smolvm, "no JSON\n\n{\"target\":7}\n{\"target\":\"c\",\"status\":\"up\"}\n" +
                         feed_of({created(scene, "b")}));
    CHECK(run.ended.exit == 1);
    REQUIRE(run.removals.size() == 4);
    std::set<int> rejected;
    for (const auto& removal : run.removals) {
      if (removal["status"] == "rejected") rejected.insert(removal["line"].get<int>());
    }
    CHECK(rejected == std::set{1, 3, 4});
    CHECK(run.of("c")["error"]["message"].get<std::string>().starts_with("/status: "));
    CHECK(run.of("b")["status"] == "removed");
    CHECK(run.of("b")["line"] == 5);
    CHECK(run.logged(", 3 rejected in "));
  }

  TEST_CASE("a smolvm without labels: the name tells, and what up was refused stays") {
    const Scene scene;
    const StandIn smolvm(scene);
    create_by_hand(smolvm, "mine");
    const auto up = up_without_labels(
        scene, smolvm, {created(scene, "a"), created(scene, "b"), created(scene, "mine")});
    CHECK(up.of("a")["status"] == "ok");
    CHECK(up.of("mine")["status"] == "failed");
    const auto by_plan = down(smolvm, feed_of({created(scene, "a")}), {}, without_labels);
    CHECK(by_plan.ended.exit == 0);
    CHECK(by_plan.of("a")["status"] == "removed");
    CHECK(by_plan.logged("has no labels"));
    const auto by_result = down(smolvm, lines_again(up), {}, without_labels);
    CHECK(by_result.of("a")["status"] == "gone");
    CHECK(by_result.of("b")["status"] == "removed");
    CHECK(by_result.of("mine")["status"] == "skipped");
    CHECK(smolvm.machines() == std::set<std::string>{"mine"});
  }

  TEST_CASE("a smolvm without labels: --run is refused with the reason, and nothing is done") {
    const Scene scene;
    const StandIn smolvm(scene);
    CHECK(smolvm.run({created(scene, "a")}, {"--run", "r1"}).ended.exit == 0);
    for (const auto& options :
         {std::vector<std::string>{"--run", "r1"}, std::vector<std::string>{"--run", "r1", "-"}}) {
      const auto run = down(smolvm, feed_of({created(scene, "a")}), options, without_labels);
      CHECK(run.ended.exit == 2);
      CHECK(run.removals.empty());
      CHECK(run.logged("--label"));
    }
    CHECK(smolvm.machines() == std::set<std::string>{"a"});
  }
}
