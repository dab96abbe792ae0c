// Plans to verdicts, over real files and without smolvm.
#include "smolfleet/check/examiner.hpp"

#include "../support/certificates.hpp"
#include "../support/program.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

using namespace smolfleet;
using namespace std::chrono_literals;

namespace {

const auto now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25);

/// A CA in a directory, and whoever examines plans for it.
class Practice {
 public:
  Practice() { directory_.write("ca.pem", test::issue().certificate_pem); }

  [[nodiscard]] std::string path(const std::string& name = {}) const {
    return directory_.path(name);
  }
  std::string write(const std::string& name, std::string_view content) const {
    return directory_.write(name, content);
  }

  /// The verdict on the next line: a plan for `target` with `fields` beside the CA.
  check::Verdict examine(const std::string& target, const std::string& fields = "") {
    return examine_line(
        fmt::format(R"({{"target":"{}","proxy_plan":{{"ca_cert_host_path":"{}"}}{}}})", target,
                    path("ca.pem"), fields.empty() ? "" : "," + fields));
  }
  check::Verdict examine_line(std::string_view line) {
    return examiner_.examine(plan::parse(line, ++lines_, plan::UnknownKeys::noted_outside), now);
  }

 private:
  static driver::Settings settings() {
    driver::Settings settings;
    settings.executable = "/usr/bin/smolvm";
    settings.run_id = "r1";
    return settings;
  }

  test::TempDir directory_;
  check::Examiner examiner_{settings()};
  std::uint64_t lines_ = 0;
};

const std::vector<std::string>& argv_of(const check::Verdict& verdict, std::string_view phase) {
  const auto found = std::ranges::find(verdict.phases, phase, &check::Phase::name);
  REQUIRE(found != verdict.phases.end());
  REQUIRE(found->commands.size() == 1);
  return found->commands[0].argv;
}

bool has_word(const std::vector<std::string>& argv, std::string_view word) {
  return std::ranges::find(argv, word) != argv.end();
}

std::vector<std::string> names_of(const check::Verdict& verdict) {
  std::vector<std::string> names;
  for (const auto& phase : verdict.phases)
    names.push_back(phase.name);
  return names;
}

std::vector<std::string> pointers_of(const check::Verdict& verdict) {
  std::vector<std::string> pointers;
  for (const auto& warning : verdict.warnings)
    pointers.push_back(warning.pointer);
  return pointers;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_SUITE("check") {
  TEST_CASE("a plan for a guest that is up is copied to and installed, and nothing else") {
    Practice practice;
    const auto verdict = practice.examine("b");
    CHECK(verdict.is_good());
    CHECK(verdict.line == 1);
    CHECK(verdict.id == "b");
    CHECK(names_of(verdict) == Strings{"copy_ca", "install_ca"});
    REQUIRE(verdict.ca.has_value());
    CHECK(verdict.ca->path == practice.path("ca.pem"));
    CHECK(verdict.ca->staged.label == plan::CaLabel::pipelock);
  }

  TEST_CASE("a plan with a machine and steps has its phases in the order of a bring-up") {
    Practice practice;
    practice.write("f", "");
    const auto verdict = practice.examine(
        "b", fmt::format(R"("machine":{{"image":"debian:12"}},"steps":[{{"copy":{{"from":"{}",)"
                         R"("to":"/f"}}}},{{"exec":{{"argv":["id"]}}}}])",
                         practice.path("f")));
    CHECK(names_of(verdict) ==
          Strings{"create", "start", "copy_ca", "install_ca", "step[0]", "step[1]"});
    CHECK(has_word(argv_of(verdict, "create"), "smolfleet.run=r1"));
    CHECK(argv_of(verdict, "start")[0] == "/usr/bin/smolvm");
  }

  TEST_CASE("what would be staged is named by its content, and nothing is written") {
    Practice practice;
    const auto verdict = practice.examine("b");
    const auto& file = argv_of(verdict, "copy_ca")[3];
    CHECK(file.starts_with("STAGED/"));
    CHECK(file.ends_with(".crt"));
    CHECK(file.size() == std::string_view("STAGED/.crt").size() + 64);
    CHECK_FALSE(std::filesystem::exists("STAGED"));
  }

  TEST_CASE("a directory of that name is left alone") {
    const auto kept = std::filesystem::path("STAGED");
    REQUIRE(std::filesystem::create_directory(kept));
    {
      Practice practice;
      CHECK(practice.examine("b").is_good());
    }
    CHECK(std::filesystem::remove(kept));
  }

  TEST_CASE("a file with a colon in its path is reached by a link in the staging directory") {
    Practice practice;
    const auto file = practice.write("a:b", "");
    const auto verdict = practice.examine(
        "b", fmt::format(R"("steps":[{{"copy":{{"from":"{}","to":"/f"}}}}])", file));
    CHECK(argv_of(verdict, "step[0]")[3].starts_with("STAGED/link-"));
  }

  TEST_CASE("no value of env is in a command, whichever way it goes to smolvm") {
    Practice practice;
    const auto verdict = practice.examine(
        "b", R"("machine":{"image":"i","env":{"TOKEN":"s3cret","HTTPS_PROXY":"http://s3cret@h"}},)"
             R"("steps":[{"exec":{"argv":["x","-e","PATH=s3cret"],"env":{"PATH":"s3cret"}}}])");
    const auto& create = argv_of(verdict, "create");
    CHECK(has_word(create, "TOKEN"));
    CHECK(has_word(create, "HTTPS_PROXY=***"));
    CHECK(std::ranges::none_of(create, [](auto& word) { return word.contains("s3cret"); }));
    const auto& command = verdict.phases[0].commands[0];
    CHECK(command.through_environment == Strings{"TOKEN"});
    CHECK(command.hides_values);
    // Behind `--` stands what the plan wants to run, which is no secret: ps shows it in the guest.
    const auto& step = argv_of(verdict, "step[0]");
    CHECK(has_word(step, "PATH=***"));
    CHECK(step.back() == "PATH=s3cret");
  }

  TEST_CASE("the variables that smolfleet adds are shown with their values") {
    Practice practice;
    const auto verdict = practice.examine("b", R"("machine":{"image":"i"})");
    CHECK(has_word(argv_of(verdict, "create"), "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"));
  }

  TEST_CASE("a line that is no plan is bad, with the field that is to blame") {
    Practice practice;
    const auto verdict = practice.examine_line(R"({"target":"b","machine":{"cpu":2}})");
    CHECK_FALSE(verdict.is_good());
    CHECK(verdict.pointer == "/machine/cpu");
    CHECK(verdict.target == "b");
    CHECK(verdict.failure->hint == "Did you mean \"cpus\"?");
    CHECK(verdict.phases.empty());
  }

  TEST_CASE("a CA that would not do is bad, with the field that names it") {
    Practice practice;
    std::filesystem::remove(practice.path("ca.pem"));
    const auto missing = practice.examine("b");
    CHECK(missing.failure->code == core::FailureCode::ca_missing);
    CHECK(missing.pointer == "/proxy_plan/ca_cert_host_path");
    CHECK(missing.phases.empty());
    const auto of_egress = practice.examine_line(R"({"target":"c","egress_plan":{"routes":[1]}})");
    CHECK(of_egress.pointer == "/egress_plan/mitmproxy_ca_cert_only_host_path");
    auto wish = test::CertificateWish();
    wish.not_after = now - 1s;
    practice.write("ca.pem", test::issue(wish).certificate_pem);
    const auto expired = practice.examine("d");
    CHECK(expired.failure->code == core::FailureCode::ca_invalid);
    CHECK(expired.failure->message.contains("expired"));
  }

  TEST_CASE("a target that was there before is a warning that names the line before") {
    Practice practice;
    CHECK(practice.examine("b").warnings.empty());
    CHECK(practice.examine("c").warnings.empty());
    const auto again = practice.examine("b");
    CHECK(again.is_good());
    REQUIRE(again.warnings.size() == 1);
    CHECK(again.warnings[0].doubt == check::Doubt::duplicate_target);
    CHECK(again.warnings[0].message == "line 1 has the target b too");
    CHECK(practice.examine("b").warnings[0].message == "line 3 has the target b too");
  }

  TEST_CASE("an ignored key is a warning when it is close to one that the plan lacks") {
    Practice practice;
    const auto plan =
        practice.examine("b", R"("machnie":{},"step":[],"timeout":5,"note":1,"kind":2,"uuid":3)");
    CHECK(plan.is_good());
    CHECK(pointers_of(plan) == Strings{"/machnie", "/step", "/timeout"});
    CHECK(plan.warnings[0].doubt == check::Doubt::misspelt_key);
    CHECK(plan.warnings[0].hint.starts_with("Did you mean \"machine\"?"));
    CHECK(pointers_of(practice.examine("c", R"("egress_plan":{"route":[{}],"notes":1})")) ==
          Strings{"/egress_plan/route"});
    CHECK(practice.examine("d", R"("machine":{},"machines":[],"steps":[],"step":0)")
              .warnings.empty());
    std::string many;
    for (int i = 10; i < 99; ++i)
      many += fmt::format(R"({}"machi{}":0)", i == 10 ? "" : ",", i);
    CHECK(practice.examine("e", many).warnings.size() == 20);
    const auto without_ca = practice.examine_line(R"({"target":"f","proxyplan":{}})");
    CHECK_FALSE(without_ca.is_good());
    CHECK(pointers_of(without_ca) == Strings{"/proxyplan"});
  }

  TEST_CASE("a port of the host that two guests want is a warning") {
    Practice practice;
    CHECK(practice.examine("b", R"("machine":{"ports":["8080:80"]})").warnings.empty());
    CHECK(practice.examine("c", R"("machine":{"ports":["8081:80"]})").warnings.empty());
    const auto third = practice.examine("d", R"("machine":{"ports":["9000","8080:81"]})");
    CHECK(pointers_of(third) == Strings{"/machine/ports/1"});
    CHECK(third.warnings[0].doubt == check::Doubt::port_taken);
    CHECK(third.warnings[0].message == "line 1 has port 8080 of this host too");
    const auto fourth = practice.examine("e", R"("machine":{"ports":["7000:80","07000:81"]})");
    CHECK(pointers_of(fourth) == Strings{"/machine/ports/1"});
    CHECK(fourth.warnings[0].message == "the plan has port 7000 of this host twice");
  }

  TEST_CASE("what is not on this host is a warning, for it may be there in time") {
    Practice practice;
    practice.write("file", "");
    const auto fields = [&](const std::string& text) {
      auto result = text;
      for (auto at = result.find('@'); at != std::string::npos; at = result.find('@'))
        result.replace(at, 1, practice.path());
      return result;
    };
    const auto verdict = practice.examine(
        "b", fields(R"("machine":{"image":"@/rootfs","volumes":["@:/a","@/none:/b:ro",)"
                    R"("@/file:/c","s3://bucket:/d"]},)"
                    R"("steps":[{"copy":{"from":"@/file","to":"/f"}},)"
                    R"({"copy":{"from":"@/nowhere","to":"/f"}},{"copy":{"from":"@","to":"/f"}}])"));
    CHECK(verdict.is_good());
    CHECK(pointers_of(verdict) == Strings{"/machine/image", "/machine/volumes/1",
                                          "/machine/volumes/2", "/steps/1/copy/from",
                                          "/steps/2/copy/from"});
    CHECK(verdict.warnings[3].message == practice.path("nowhere") + " does not exist");
    CHECK(verdict.warnings[4].message.contains("is a directory"));
    CHECK(
        practice.examine("c", fields(R"("machine":{"from":"@/x.smolmachine"})")).warnings.size() ==
        1);
    CHECK(practice.examine("d", R"("machine":{"image":"registry.example/a/b"})").warnings.empty());
  }

  TEST_CASE("a line stuffed with variables, volumes or ports is judged all the same") {
    Practice practice;
    std::string env;
    std::string volumes;
    std::string ports;
    for (int i = 0; i < 20'000; ++i) {
      env += fmt::format(R"({}"HTTP{}_PROXY":"s3cret")", i == 0 ? "" : ",", i);
      volumes += fmt::format(R"({}"/none:/a")", i == 0 ? "" : ",");
      ports += fmt::format(R"({}"80")", i == 0 ? "" : ",");
    }
    const auto stuffed = practice.examine(
        "b", fmt::format(R"("machine":{{"env":{{{}}},"volumes":[{}]}})", env, volumes));
    CHECK(stuffed.warnings.size() == check::most_warnings);
    CHECK(has_word(argv_of(stuffed, "create"), "HTTP19999_PROXY=***"));
    CHECK(practice.examine("c", fmt::format(R"("machine":{{"ports":[{}]}})", ports))
              .warnings.size() == check::most_warnings);
  }

  TEST_CASE("a path that is longer than any can be is a warning, and no link leads to it") {
    Practice practice;
    const auto verdict =
        practice.examine("b", fmt::format(R"("steps":[{{"copy":{{"from":"/a:{}","to":"/f"}}}}])",
                                          std::string(5000, 'x')));
    CHECK(verdict.warnings.size() == 1);
    CHECK(argv_of(verdict, "step[0]")[3] == "STAGED/link");
  }

  TEST_CASE("what came is counted") {
    Practice practice;
    check::Tally tally;
    tally.count(practice.examine("b"));
    tally.count(practice.examine("b"));
    tally.count(practice.examine_line("x"));
    CHECK(tally.good == 2);
    CHECK(tally.bad == 1);
    CHECK(tally.warnings == 1);
    CHECK(tally.lines() == 3);
  }
}
