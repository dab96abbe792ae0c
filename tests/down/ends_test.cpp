// How a run of `smolfleet down` ends: usage, broken streams, signals.
#include "../up/scenario.hpp"
#include "down_run.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace smolfleet::test;

namespace {

/// Waits until `lines`, the last of which is refused at once, have been taken.
void feed_until_read(Program& program, const std::vector<json>& lines) {
  program.write(feed_of(lines) + "no line\n");
  CHECK(json::parse(program.read_line().value())["status"] == "rejected");
}

/// Sends two signals, the second when the first one has been heard.
void cancel(Program& program) {
  program.send_signal(SIGINT);
  program.read_log_line_with("reading no more lines");
  program.send_signal(SIGTERM);
  program.read_log_line_with("cancelling");
}

}  // namespace

TEST_SUITE("down") {
  TEST_CASE("what is wrong with the usage is said with exit 2") {
    const std::vector<std::vector<std::string>> wrong = {
        {"--nonsense"},
        {"--jobs", "0"},
        {"--deadline", "boot=5"},
        {"--run", "a b"},
        {"--run", ""},
        {"--log-level", "loud"},
        {"one", "two"},
        {"--create-slots", "few"},
        {"--deadline", "stop"},
        {"--on-failure", "keep"},
    };
    for (const auto& options : wrong) {
      CAPTURE(options[0]);
      const auto ended = run_program(down_argv("smolvm", options));
      CHECK(ended.exit == 2);
      CHECK(ended.out.empty());
      CHECK_FALSE(ended.err.empty());
    }
  }

  TEST_CASE("the help fits a screen") {
    const auto help = run_program({from_build("SMOLFLEET_EXE"), "down", "--help"});
    CHECK(help.exit == 0);
    CHECK(lines_of(help.out).size() <= 40);
    CHECK(help.out.find("SMOLFLEET_JOBS") != std::string::npos);
  }

  TEST_CASE("a smolvm that is not there, is none, or shows no list ends the run with exit 2") {
    const Scene scene;
    const Recorder smolvm(scene);
    const auto run_with = [&](const std::string& program) {
      return collect_removals(
          run_program(down_argv(program), feed_of({created(scene, "a")}), scene.environment()));
    };
    CHECK(run_with("/nonexistent/smolvm").ended.exit == 2);
    smolvm.answer({{"--version", {{{"out", "true (GNU coreutils) 9.1\n"}}}}});
    CHECK(run_with(from_build("RECORDING_SMOLVM_EXE")).ended.exit == 2);
    smolvm.answer({{"--version", {{{"out", "smolvm 1.0.1\n"}}}}});
    CHECK(run_with(from_build("RECORDING_SMOLVM_EXE")).logged("Install smolvm 1.0.2 or newer"));
    smolvm.answer({{"ls", {{{"exit", 1}, {"err", "Error: no such table\n"}}}}});
    const auto run = run_with(from_build("RECORDING_SMOLVM_EXE"));
    CHECK(run.ended.exit == 2);
    CHECK(run.removals.empty());
    CHECK(run.logged("nothing was removed"));
    CHECK(smolvm.calls("stop").empty());
  }

  TEST_CASE("a list that fails once is asked for again") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"ls", {{{"exit", 1}}, {{"out", "[]"}}}}});
    const auto run =
        collect_removals(run_program(down_argv(from_build("RECORDING_SMOLVM_EXE")),
                                     feed_of({created(scene, "a")}), scene.environment()));
    CHECK(run.ended.exit == 0);
    CHECK(run.of("a")["status"] == "gone");
  }

  TEST_CASE("an input that cannot be read and an output that nobody takes end with exit 3") {
    const Scene scene;
    const StandIn smolvm(scene);
    CHECK(down(smolvm, "", {scene.directory().path("nowhere")}).ended.exit == 3);
    CHECK(down(smolvm, "", {scene.directory().path()}).ended.exit == 3);
    ProgramOptions closed;
    closed.environment = smolvm.environment();
    closed.close_stdout = true;
    Program without_output(down_argv(StandIn::executable()), closed);
    CHECK(without_output.wait().exit == 3);
    ProgramOptions options;
    options.environment = smolvm.environment();
    Program program(down_argv(StandIn::executable()), options);
    program.close_output();
    program.write("no line\n");
    CHECK(program.wait_keeping_input().exit == 3);
  }

  TEST_CASE("options can be set by SMOLFLEET_<NAME>, also those of up") {
    const Scene scene;
    const StandIn smolvm(scene);
    CHECK(smolvm.run({created(scene, "a")}, {"--run", "r1"}).ended.exit == 0);
    const std::map<std::string, std::string> environment = {
        {"SMOLFLEET_RUN", "r1"}, {"SMOLFLEET_DEADLINE", "start=600,stop=9"}};
    const auto run = down(smolvm, "", {}, environment);
    CHECK(run.ended.exit == 0);
    CHECK(run.of("a")["status"] == "removed");
  }

  TEST_CASE("one signal drains: no more is read, and what is under way is finished") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({rule("stop", {1}, action("exit", 1))})));
    CHECK(smolvm.run({created(scene, "a"), created(scene, "late")}).ended.exit == 0);
    Program program(down_argv(StandIn::executable()), smolvm.watched());
    feed_until_read(program, {created(scene, "a")});
    program.send_signal(SIGTERM);
    program.read_log_line_with("reading no more lines");
    program.write(feed_of({created(scene, "late")}));
    const auto run = collect_removals(program.wait_keeping_input());
    CHECK(run.ended.exit == 128 + SIGTERM);
    REQUIRE(run.removals.size() == 1);
    CHECK(run.of("a")["status"] == "removed");
    CHECK(smolvm.machines() == std::set<std::string>{"late"});
  }

  TEST_CASE("the second signal cancels: what is under way is ended, answered and named") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule_for("stop", "*", action("hang", "polite"))})));
    CHECK(smolvm.run({created(scene, "a")}).ended.exit == 0);
    Program program(down_argv(StandIn::executable()), smolvm.watched());
    feed_until_read(program, {created(scene, "a")});
    cancel(program);
    const auto run = collect_removals(program.wait_keeping_input());
    CHECK(run.ended.exit == 128 + SIGTERM);
    CHECK(run.of("a")["status"] == "cancelled");
    CHECK(run.of("a")["error"]["code"] == "cancelled");
    CHECK(run.logged("1 guest could not be removed: a"));
    CHECK(smolvm.calls("delete").empty());
    CHECK(smolvm.machines() == std::set<std::string>{"a"});
  }

  TEST_CASE("guests that --run names are answered though the run is cancelled before their turn") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule_for("stop", "*", action("hang", "polite"))})));
    constexpr int size = 4;
    CHECK(smolvm.run(fleet_of(scene, size), {"--run", "r1"}).ended.exit == 0);
    Program program(
        down_argv(StandIn::executable(), {"--run", "r1", "--jobs", "1", "--log-level", "debug"}),
        smolvm.watched());
    program.read_log_line_with("guests of run r1");
    program.read_log_line_with("b0 is taken down");
    cancel(program);
    const auto run = collect_removals(program.wait_keeping_input());
    CHECK(run.ended.exit == 128 + SIGTERM);
    REQUIRE(run.removals.size() == size);
    for (const auto& removal : run.removals)
      CHECK(removal["status"] == "cancelled");
    CHECK(smolvm.machines().size() == size);
  }

  TEST_CASE("the third signal leaves at once") {
    const Scene scene;
    const StandIn smolvm(
        scene, scenario(json::array({rule_for("stop", "*", action("hang", "stubborn"))})));
    CHECK(smolvm.run({created(scene, "a")}).ended.exit == 0);
    Program program(down_argv(StandIn::executable()), smolvm.watched());
    feed_until_read(program, {created(scene, "a")});
    cancel(program);
    program.send_signal(SIGINT);
    const auto run = collect_removals(program.wait_keeping_input());
    const bool by_second_or_third =
        run.ended.exit == 128 + SIGTERM || run.ended.exit == 128 + SIGINT;
    CHECK(by_second_or_third);
    CHECK(run.of("a")["status"] == "cancelled");
  }
}
