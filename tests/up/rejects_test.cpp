// A feed of every kind of bad line between good ones.
#include "fixture.hpp"

#include <doctest/doctest.h>
#include <sys/types.h>

#include <csignal>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace smolfleet::test;

namespace {

struct BadLine {
  std::string text;
  std::string pointer;  ///< what its message must begin with, or contain
};

std::string broken(json plan, const char* pointer, const json& value) {
  plan[json::json_pointer(pointer)] = value;
  return plan.dump();
}

std::vector<BadLine> bad_lines(const Scene& scene) {
  const auto plan = scene.plan("bad");
  auto with_machine = plan;
  with_machine["machine"] = {{"image", "debian:12"}};
  auto no_target = plan;
  no_target.erase("target");
  std::string deep = plan.dump();
  deep.insert(1, R"("deep":)" + std::string(70, '[') + std::string(70, ']') + ",");
  return {
      {"this is not JSON", "not valid JSON"},
      {"[1,2]", "object"},
      {"\"text\"", "object"},
      {"{\"target\":\"x\"", "not valid JSON"},
      {R"({"target":"x","target":"y"})", "/target"},
      {R"({"target":"x","note":")" + std::string("\xff\xfe") + R"("})", "UTF-8"},
      {no_target.dump(), "/target"},
      {broken(plan, "/target", 7), "/target"},
      {broken(plan, "/target", "-x"), "/target"},
      {broken(plan, "/target", "../x"), "/target"},
      {broken(plan, "/id", ""), "/id"},
      {broken(plan, "/egress_plan/routes", 5), "/egress_plan/routes"},
      {broken(plan, "/timeout_s", -1), "/timeout_s"},
      {broken(plan, "/machine", 7), "/machine"},
      {broken(with_machine, "/machine/memory_mib", "lots"), "/machine/memory_mib"},
      {broken(with_machine, "/machine/colour", "red"), "/machine/colour"},
      {broken(with_machine, "/machine/from", "/x.smolmachine"), "/machine"},
      {broken(plan, "/steps", json::array({{{"exec", {{"argv", json::array()}}}}})),
       "/steps/0/exec/argv"},
      {broken(plan, "/steps", json::array({{{"run", 1}}})), "/steps/0"},
      {deep, "deep"},
      {R"({"target":"x","note":")" + std::string(1100000, 'x') + R"("})", "longer than"},
  };
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE("every bad line is rejected with its number and pointer, and every good plan runs") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto bad = bad_lines(scene);
    std::string feed;
    for (std::size_t i = 0; i < bad.size(); ++i) {
      feed += scene.plan("good-" + std::to_string(i)).dump() + "\n" + bad[i].text + "\n";
    }
    auto argv = Scene::up(StandIn::executable());
    const auto run = collect(run_program(std::move(argv), feed, smolvm.environment()));
    CHECK(run.ended.exit == 1);
    CHECK(run.results.size() == 2 * bad.size());
    std::map<std::size_t, json> by_line;
    for (const auto& result : run.results)
      by_line[result["line"].get<std::size_t>()] = result;
    for (std::size_t i = 0; i < bad.size(); ++i) {
      CAPTURE(i);
      CAPTURE(bad[i].pointer);
      CHECK(by_line[2 * i + 1]["status"] == "ok");
      const auto& rejected = by_line[2 * i + 2];
      CHECK(rejected["status"] == "rejected");
      CHECK(rejected["error"]["code"] == "invalid_plan");
      const auto message = rejected["error"]["message"].get<std::string>();
      CAPTURE(message);
      CHECK(message.find(bad[i].pointer) != std::string::npos);
    }
  }

  TEST_CASE("a target that is in flight is rejected, and may come again when its plan has ended") {
    const Scene scene;
    const StandIn smolvm(
        scene,
        {{"rules", {{{"verb", "cp"}, {"attempts", {1}}, {"action", {{"hang", "polite"}}}}}}});
    ProgramOptions options;
    options.environment = smolvm.environment();
    Program program(Scene::up(StandIn::executable()), options);
    auto second = scene.plan("b");
    second["id"] = "second";
    program.write(feed_of({scene.plan("b"), second}));
    const auto duplicate = json::parse(program.read_line().value());
    CHECK(duplicate["id"] == "second");
    CHECK(duplicate["status"] == "rejected");
    CHECK(duplicate["error"]["code"] == "duplicate_target");
    smolvm.wait_for_calls("cp", 1);
    CHECK(::kill(smolvm.calls("cp")[0]["pid"].get<pid_t>(), SIGTERM) == 0);
    const auto first = json::parse(program.read_line().value());
    CHECK(first["error"]["code"] == "copy_failed");
    program.write(feed_of({scene.plan("b")}));
    CHECK(json::parse(program.read_line().value())["status"] == "ok");
    CHECK(program.wait().exit == 1);
  }

  TEST_CASE("--strict refuses unknown keys that are otherwise ignored") {
    const Scene scene;
    const StandIn smolvm(scene);
    auto plan = scene.plan("b");
    plan["note"] = "for the scheduler";
    CHECK(smolvm.run({plan}).of("b")["status"] == "ok");
    const auto strict = smolvm.run({plan}, {"--strict"});
    CHECK(strict.of("b")["error"]["message"].get<std::string>().find("/note") == 0);
  }
}
