// What the command line says and takes.
#include "fixture.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

using namespace smolfleet::test;

namespace {

Ended run_smolfleet(std::vector<std::string> options,
                    const std::map<std::string, std::string>& environment = {}) {
  options.insert(options.begin(), from_build("SMOLFLEET_EXE"));
  return run_program(options, "", environment);
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE("the version and the help go to stdout with exit 0") {
    CHECK(run_smolfleet({"--version"}).out.starts_with("smolfleet "));
    for (const auto& options :
         std::vector<std::vector<std::string>>{{"--help"}, {"up", "--help"}}) {
      const auto help = run_smolfleet(options);
      CHECK(help.exit == 0);
      CHECK(help.err.empty());
      CHECK(help.out.find("up") != std::string::npos);
    }
    CHECK(run_smolfleet({"up", "--help"}).out.find("SMOLFLEET_JOBS") != std::string::npos);
  }

  TEST_CASE("what is wrong with the usage is said with exit 2, and nothing is started") {
    const std::vector<std::vector<std::string>> wrong = {
        {},
        {"down-with-it"},
        {"up", "--nonsense"},
        {"up", "--jobs", "0"},
        {"up", "--jobs", "many"},
        {"up", "--settle-delay", "-1"},
        {"up", "--boot-slots", "0"},
        {"up", "--boot-slots", "some"},
        {"up", "--start-rate", "0"},
        {"up", "--start-rate", "nan"},
        {"up", "--memory-reserve", "-1"},
        {"up", "--memory-reserve", "1G"},
        {"up", "--deadline", "boot=5"},
        {"up", "--deadline", "start"},
        {"up", "--deadline", "start=0"},
        {"up", "--ca-path", "relative.crt"},
        {"up", "--ca-path", "/etc/ca.pem"},
        {"up", "--ca-bundle", "relative"},
        {"up", "--run", "with space"},
        {"up", "--log-level", "loud"},
        {"up", "one", "two"},
    };
    for (const auto& options : wrong) {
      CAPTURE(options.size() > 1 ? options[1] : "");
      const auto ended = run_smolfleet(options);
      CHECK(ended.exit == 2);
      CHECK(ended.out.empty());
      CHECK_FALSE(ended.err.empty());
    }
  }

  TEST_CASE("wrong usage is said with its command, with what is near, and by its variable's name") {
    const auto said = [](const std::vector<std::string>& options,
                         const std::map<std::string, std::string>& environment = {}) {
      return run_smolfleet(options, environment).err;
    };
    const std::string see_up = "\nSee `smolfleet up --help`.\n";
    CHECK(said({"upp"}) ==
          "smolfleet: upp is no command; did you mean up?\nSee `smolfleet --help`.\n");
    CHECK(said({}).starts_with("smolfleet: a command is missing"));
    CHECK(said({"up", "--job=3"}) ==
          "smolfleet up: --job is no option; did you mean --jobs?" + see_up);
    CHECK(said({"up", "one", "two"}) == "smolfleet up: there is no place for \"two\"" + see_up);
    CHECK(said({"up", "--jobs"}) == "smolfleet up: --jobs needs a value: N" + see_up);
    const auto of = [&](const char* name) {
      return fmt::format("smolfleet up: {}: x is no whole number from 1 to 100000", name) + see_up;
    };
    const std::map<std::string, std::string> wrong = {{"SMOLFLEET_JOBS", "x"}};
    CHECK(said({"up", "-j", "x"}) == of("--jobs"));
    CHECK(said({"up"}, wrong) == of("SMOLFLEET_JOBS"));
    CHECK(said({"up", "--strict=maybe"}) ==
          "smolfleet up: --strict: maybe is no value for it" + see_up);
    CHECK_FALSE(said({"up", "--jobs", "\x1b[2J"}).contains('\x1b'));
    CHECK(said({"--jobs", "3", "up"}) == "smolfleet up: --jobs belongs behind up" + see_up);
    CHECK(said({"-j", "3", "up"}) == "smolfleet up: -j belongs behind up" + see_up);
    CHECK(said({"--verison"}) ==
          "smolfleet: --verison is no option; did you mean --version?\nSee `smolfleet --help`.\n");
    CHECK(said({"up", "-qj", "x"}, {{"SMOLFLEET_JOBS", "5"}}) == of("--jobs"));
    CHECK(said({"up"}, {{"SMOLFLEET_RESUME", "1"}}) ==
          "smolfleet up: SMOLFLEET_RESUME requires --journal" + see_up);
    CHECK(said({"report"}) ==
          "smolfleet report: RESULTS is required\nSee `smolfleet report --help`.\n");
  }

  TEST_CASE("a program that is no smolvm is not driven as one, and is asked once") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"--version", {{{"out", "true (GNU coreutils) 9.1\n"}}}}});
    const auto run = smolvm.run({scene.plan("a"), scene.plan("b")});
    CHECK(run.ended.exit == 1);
    for (const auto* target : {"a", "b"}) {
      CHECK(run.of(target)["error"]["code"] == "smolvm_unsupported");
      CHECK(run.of(target)["phases"].empty());
    }
    CHECK(smolvm.calls("--version").size() == 1);
    CHECK(smolvm.calls("cp").empty());
  }

  TEST_CASE("a smolvm that does not run is told by how it ended, and not as another program") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"--version", {{{"exit", 127}, {"err", "libkrun.so.1: cannot open\n"}}}}});
    const auto run = smolvm.run({scene.plan("a")});
    const auto& error = run.of("a")["error"];
    CHECK(error["exit_code"] == 127);
    CHECK(error["stderr"].get<std::string>().contains("libkrun.so.1"));
    CHECK_FALSE(error["message"].get<std::string>().contains("did not say that it is smolvm"));
    CHECK(error["hint"].get<std::string>().contains("by hand"));
  }

  TEST_CASE("a command without what it needs is answered as that command") {
    const auto ended = run_smolfleet({"report"});
    CHECK(ended.exit == 2);
    CHECK_FALSE(ended.err.contains("no command"));
  }

  TEST_CASE("what is no command cannot steer the terminal") {
    const auto ended = run_smolfleet({"\x1b[2Jup"});
    CHECK(ended.exit == 2);
    CHECK_FALSE(ended.err.contains('\x1b'));
  }

  TEST_CASE("--deadline leaves FILE alone, and of two options the last wins") {
    const Scene scene;
    const Recorder smolvm(scene);
    const auto feed = scene.directory().write("feed.jsonl", feed_of({scene.plan("b")}));
    auto argv = Scene::up(from_build("RECORDING_SMOLVM_EXE"),
                          {"--run", "first", "--run", "last", "--deadline", "step=5", feed});
    const auto run = collect(run_program(argv, "", scene.environment()));
    CHECK(run.of("b")["run"] == "last");
  }

  TEST_CASE("a smolvm that is not there is said with exit 2 and what to do") {
    const auto ended = run_smolfleet({"up", "--smolvm", "/nonexistent/smolvm"});
    CHECK(ended.exit == 2);
    CHECK(ended.err.find("/nonexistent/smolvm") != std::string::npos);
    const auto unfound = run_smolfleet({"up"}, {{"PATH", "/nonexistent"}});
    CHECK(unfound.exit == 2);
    CHECK(unfound.err.find("--smolvm") != std::string::npos);
  }

  TEST_CASE("every option can be set by SMOLFLEET_<NAME>, and the command line wins") {
    const Scene scene;
    const Recorder smolvm(scene);
    auto environment = scene.environment();
    environment["SMOLFLEET_SMOLVM"] = from_build("RECORDING_SMOLVM_EXE");
    environment["SMOLFLEET_RUN"] = "from-environment";
    environment["SMOLFLEET_CA_PATH"] = "/opt/ca.crt";
    environment["SMOLFLEET_DEADLINE"] = "install_ca=7";
    const auto feed = feed_of({scene.plan("b")});
    const auto run = collect(
        run_program({from_build("SMOLFLEET_EXE"), "up", "--run", "from-line"}, feed, environment));
    CAPTURE(run.ended.err);
    CHECK(run.of("b")["run"] == "from-line");
    CHECK(smolvm.calls("cp")[0]["argv"][4] == "b:/opt/ca.crt");
    CHECK(smolvm.calls("exec")[0]["argv"].dump().find(R"("--timeout","12s")") != std::string::npos);
    const auto wrong = run_smolfleet({"up"}, {{"SMOLFLEET_JOBS", "none"}});
    CHECK(wrong.exit == 2);
    // What the command line sets is not looked at, nor what is another command's.
    for (const auto& [name, value] :
         std::map<std::string, std::string>{{"SMOLFLEET_JOBS", "none"},
                                            {"SMOLFLEET_LOG_LEVEL", "loud"},
                                            {"SMOLFLEET_JSON", "x"},
                                            {"SMOLFLEET_RESUME", "false"},
                                            {"SMOLFLEET_RETRY_FAILED", "0"}}) {
      auto with = environment;
      with[name] = value;
      const auto fine = run_program(
          {from_build("SMOLFLEET_EXE"), "up", "--run", "r", "--jobs", "3", "--log-level", "info"},
          feed, with);
      CAPTURE(fine.err);
      CHECK(fine.exit == 0);
    }
    for (const auto& options :
         {std::vector<std::string>{"up", "--resume"}, {"up", "--retry-failed"}})
      CHECK(run_smolfleet(options).err.contains(" requires --"));
  }

  TEST_CASE("a run's own id is fresh and sorts by time") {
    const Scene scene;
    const Recorder smolvm(scene);
    const auto first = smolvm.run({scene.plan("b")}).of("b")["run"].get<std::string>();
    const auto second = smolvm.run({scene.plan("b")}).of("b")["run"].get<std::string>();
    CHECK(first.size() == 26);
    CHECK(first.substr(0, 10) <= second.substr(0, 10));
    CHECK(first != second);
  }

  TEST_CASE("the log is JSON where that is asked for, and silent where that is") {
    const Scene scene;
    const Recorder smolvm(scene);
    const auto run = smolvm.run({scene.plan("b")}, {"--log-format", "json"});
    std::size_t lines = 0;
    for (const auto& line : lines_of(run.ended.err)) {
      CHECK(json::parse(line).contains("message"));
      ++lines;
    }
    CHECK(lines >= 2);
    CHECK(smolvm.run({scene.plan("b")}, {"--quiet"}).ended.err.empty());
  }
}
