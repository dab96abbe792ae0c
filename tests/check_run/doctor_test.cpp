// Runs of `smolfleet doctor`.
#include "../support/sanitized.hpp"
#include "../support/schema.hpp"
#include "../up/fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace smolfleet::test;

namespace {

/// A run of `smolfleet doctor --json` that has ended.
struct DoctorRun {
  Ended ended;
  std::vector<json> findings;
  json summary;
  /// The first finding about a topic.
  [[nodiscard]] const json& about(std::string_view topic) const {
    const auto found = std::ranges::find_if(
        findings, [=](const json& finding) { return finding["topic"] == topic; });
    REQUIRE(found != findings.end());
    return *found;
  }
};

Ended doctor(const std::map<std::string, std::string>& environment,
             std::vector<std::string> options) {
  std::vector<std::string> argv = {from_build("SMOLFLEET_EXE"), "doctor"};
  std::ranges::move(options, std::back_inserter(argv));
  return run_program(std::move(argv), "", environment);
}

/// Reads what it said, and checks each line against the schema that ships.
DoctorRun doctor_json(const std::map<std::string, std::string>& environment,
                      const std::string& smolvm) {
  DoctorRun run{
      .ended = doctor(environment, {"--json", "--smolvm", smolvm}), .findings = {}, .summary = {}};
  for (const auto& line : lines_of(run.ended.out)) {
    auto value = json::parse(line);
    CHECK(schema_fault(value, schema_file("doctor")) == "");
    if (value.contains("summary")) {
      run.summary = value["summary"];
    } else {
      run.findings.push_back(std::move(value));
    }
  }
  return run;
}

}  // namespace

TEST_SUITE("check_run") {
  TEST_CASE("a host is looked at from every side, and the sums and the exit status agree") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto run = doctor_json(smolvm.environment(), StandIn::executable());
    for (const auto* topic : {"smolvm", "kvm", "processor", "descriptors", "processes", "memory",
                              "database", "machines", "temporary", "clock", "sandboxes"})
      CHECK(run.about(topic).contains("level"));
    for (const auto* level : {"ok", "info", "warning", "problem"})
      CHECK(run.summary[level] == std::ranges::count_if(run.findings, [=](const json& finding) {
              return finding["level"] == level;
            }));
    CHECK(run.ended.exit == (run.summary["problem"] == 0 ? 0 : 1));
    CHECK(run.ended.err.empty());
  }

  TEST_CASE("smolvm is really asked what it is, what it can do, and for its machines") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"--version", {{{"out", "smolvm 1.9.3\n"}}}}, {"ls", {{{"out", "[]"}}}}});
    const auto run = doctor_json(scene.environment(), from_build("RECORDING_SMOLVM_EXE"));
    CHECK(run.about("smolvm")["text"].get<std::string>().starts_with("1.9.3 at /"));
    CHECK(smolvm.calls("--version").size() == 1);
    CHECK(smolvm.calls("help").size() == 3);
    CHECK(smolvm.calls("ls").size() == 1);
  }

  TEST_CASE("a smolvm that is not there, is none, or shows no list is a problem with exit 1") {
    const Scene scene;
    const Recorder smolvm(scene);
    const auto program = from_build("RECORDING_SMOLVM_EXE");
    const auto missing = doctor_json(scene.environment(), "/nonexistent/smolvm");
    CHECK(missing.ended.exit == 1);
    CHECK(missing.about("smolvm")["level"] == "problem");
    smolvm.answer({{"--version", {{{"out", "true (GNU coreutils) 9.1\n"}}}}});
    CHECK(doctor_json(scene.environment(), program).about("smolvm")["level"] == "problem");
    CHECK(smolvm.calls("ls").empty());
    smolvm.answer({{"ls", {{{"exit", 1}, {"err", "Error: no such table\n"}}}}});
    const auto run = doctor_json(scene.environment(), program);
    CHECK(run.ended.exit == 1);
    CHECK(std::ranges::any_of(run.findings, [](const json& finding) {
      return finding["text"].get<std::string>().contains("machine ls --json");
    }));
  }

  TEST_CASE("it looks where smolvm would keep its state, and creates nothing there") {
    const Scene scene;
    const StandIn smolvm(scene);
    auto environment = smolvm.environment();
    environment["TMPDIR"] = scene.directory().path("no:where");
    const auto run = doctor_json(environment, "/nonexistent/smolvm");
    const auto root = scene.directory().path("vm");
    CHECK(run.about("database")["text"].get<std::string>().starts_with(
        root + "/.local/share/smolvm/server: "));
    CHECK(run.about("machines")["text"].get<std::string>().starts_with(root + "/.cache/smolvm"));
    CHECK(run.about("temporary")["level"] == "problem");
    CHECK(std::filesystem::is_empty(root));
  }

  TEST_CASE("for people it fits 80 columns, and ends with a verdict") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto ended = doctor(smolvm.environment(), {"--smolvm", StandIn::executable()});
    CHECK_FALSE(ended.out.contains('\x1b'));
    const auto lines = lines_of(ended.out);
    for (const auto& line : lines) {
      CAPTURE(line);
      const bool has_long_word = line.contains(scene.directory().path()) || line.contains("/build");
      CHECK((line.size() <= 80 || has_long_word));
    }
    CHECK(lines.back().ends_with("."));
  }

  TEST_CASE("findings that cannot be written are said to be that") {
    ProgramOptions options;
    options.close_stdout = true;
    Program doctor({from_build("SMOLFLEET_EXE"), "doctor"}, options);
    const auto ended = doctor.wait();
    CHECK(ended.exit == 3);
    CHECK(ended.err.contains("cannot write the findings to stdout: Bad file descriptor"));
  }

  // Not with sanitizers, whose own code opens descriptors and takes a failure for a fault of ours.
  TEST_CASE("where hardly any descriptor may be open it says so, and is no internal error" *
            doctest::skip(is_sanitized)) {
    bool was_advised = false;
    for (int most = 4; most <= 24; ++most) {
      const auto ended = run_program({"/bin/sh", "-c", R"(ulimit -n "$1" && exec "$0" doctor)",
                                      from_build("SMOLFLEET_EXE"), std::to_string(most)});
      CAPTURE(most);
      CAPTURE(ended.err);
      CHECK_FALSE(ended.err.contains("internal error"));
      const bool has_findings = ended.exit <= 1 && !ended.out.empty();
      const bool has_advice = ended.err.contains("raise the limit (ulimit -n");
      const bool has_cause = ended.err.contains("Too many open files");
      CHECK((has_findings || (ended.exit >= 2 && (has_advice || has_cause))));
      was_advised = was_advised || has_advice;
    }
    CHECK(was_advised);
  }

  TEST_CASE("a directory for temporary files that is not there is a problem, as for up") {
    const Scene scene;
    const StandIn smolvm(scene);
    auto environment = smolvm.environment();
    environment["TMPDIR"] = scene.directory().path("none/a");
    const auto run = doctor_json(environment, StandIn::executable());
    CHECK(run.ended.exit == 1);
    CHECK(run.about("temporary")["level"] == "problem");
    CHECK(run_program(Scene::up(StandIn::executable()), "", environment).exit == 2);
  }

  TEST_CASE("wrong usage is said with exit 2") {
    CHECK(doctor({}, {"--nonsense"}).exit == 2);
    CHECK(doctor({}, {"file"}).exit == 2);
    CHECK(doctor({}, {"--help"}).out.contains("SMOLFLEET_SMOLVM"));
  }
}
