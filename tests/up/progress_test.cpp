// What a person sees of a run on a terminal.
#include "../support/terminal.hpp"
#include "fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

using namespace smolfleet;
using namespace smolfleet::test;

namespace {

json rule(const char* verb, const char* machine, json action) {
  return {{"verb", verb}, {"machine", machine}, {"action", std::move(action)}};
}

/// The exec of `held` hangs until it is ended; `bad` fails.
json scenario() {
  return {{"rules", json::array({rule("exec", "held", {{"hang", "polite"}}),
                                 rule("exec", "bad", {{"exit", 3}})})}};
}

ProgramOptions on(const Terminal& terminal, const StandIn& smolvm) {
  ProgramOptions options;
  options.environment = smolvm.environment();
  options.environment["TERM"] = "xterm";
  options.environment["NO_COLOR"] = "";
  options.error = terminal.descriptor();
  return options;
}

bool has_line_with(const std::vector<std::string>& lines, std::string_view text) {
  return std::ranges::any_of(lines, [=](const auto& line) { return line.contains(text); });
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE("a terminal shows how far the run is, below a log that stays whole") {
    const Scene scene;
    const StandIn smolvm(scene, scenario());
    Terminal terminal(100, 30);
    const auto feed = scene.directory().write(
        "feed", feed_of({scene.plan("good"), scene.plan("bad"), scene.plan("held")}));
    Program program(Scene::up(StandIn::executable(), {feed}), on(terminal, smolvm));

    terminal.read_until("1 in flight:  install_ca 1");
    const auto& lines = terminal.screen();
    CHECK(lines.at(lines.size() - 2).contains("2 of 3  1 ok  1 failed"));

    terminal.resize(25, 30);
    terminal.read_until("2 of 3  1 ok  1 failed\n1 in flight:");
    terminal.resize(100, 30);
    program.send_signal(SIGTERM);
    terminal.read_until("SIGTERM: reading no more plans");
    program.send_signal(SIGTERM);
    const auto ended = program.wait_keeping_input();
    terminal.read_to_end();

    CHECK(ended.exit == 128 + SIGTERM);
    CHECK(lines_of(ended.out).size() == 3);
    CHECK_FALSE(has_line_with(terminal.screen(), "in flight:"));
    CHECK(has_line_with(terminal.screen(), "good trusts the pipelock CA"));
    CHECK(has_line_with(terminal.screen(), "1 ok, 1 failed, 0 rejected, 1 cancelled"));
    CHECK(has_line_with(terminal.screen(), "install_failed, first in line 2, bad"));
  }

  TEST_CASE("a terminal that nobody reads stops nothing, and has every line later") {
    const Scene scene;
    const StandIn smolvm(scene, scenario());
    Terminal terminal(100, 30);
    // Several times what a terminal holds.
    constexpr int bad_lines = 3000;
    std::string plans;
    for (int i = 0; i < bad_lines; ++i)
      plans += "{}\n";
    const auto feed = scene.directory().write("feed", plans + feed_of({scene.plan("held")}));
    Program program(Scene::up(StandIn::executable(), {feed}), on(terminal, smolvm));
    for (int i = 0; i < bad_lines; ++i)
      REQUIRE(json::parse(program.read_line().value())["status"] == "rejected");

    terminal.read_until("1 in flight:  install_ca 1");
    program.send_signal(SIGTERM);
    terminal.read_until("SIGTERM: reading no more plans");
    program.send_signal(SIGTERM);
    CHECK(program.wait_keeping_input().exit == 128 + SIGTERM);
    terminal.read_to_end();
    CHECK(std::ranges::count_if(terminal.screen(), [](const std::string& line) {
            return line.ends_with("(no target) rejected: /target: is required");
          }) == bad_lines);
  }

  TEST_CASE(
      "a terminal with --quiet, a log of JSON, shows no block and no summary's "
      "table") {
    const Scene scene;
    // Long enough for a block to come.
    const StandIn smolvm(scene,
                         {{"rules", json::array({rule("exec", "good", {{"latency", 700}})})}});
    const auto feed = scene.directory().write("feed", feed_of({scene.plan("good")}));
    for (const auto& options :
         std::vector<std::vector<std::string>>{{feed, "--quiet"}, {feed, "--log-format", "json"}}) {
      Terminal terminal(100, 30);
      Program program(Scene::up(StandIn::executable(), options), on(terminal, smolvm));
      CHECK(program.wait_keeping_input().exit == 0);
      terminal.read_to_end();
      CHECK_FALSE(terminal.has_moved_cursor());
      CHECK_FALSE(has_line_with(terminal.screen(), "p50"));
    }
  }

  TEST_CASE("a pipe gets the summary as plain lines, and nothing that steers a terminal") {
    const Scene scene;
    const StandIn smolvm(scene, scenario());
    const auto run = smolvm.run({scene.plan("good"), scene.plan("bad")});
    CHECK(run.ended.err.find('\x1b') == std::string::npos);
    CHECK(run.ended.err.find('\r') == std::string::npos);
    CHECK(run.log_lines_with("install_ca         2") == 1);
    CHECK(run.log_lines_with("1 install_failed, first in line 2, bad") == 1);
  }
}
