// The differential cases: what the Python original did for one guest, smolfleet does too. With the
// recording smolvm, which shows every call.
#include "fixture.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <vector>

using namespace smolfleet::test;

namespace {

const std::vector<std::string> short_settle = {"--settle-delay", "0.02"};

constexpr const char* script =
    "chown root:root '/usr/local/share/ca-certificates/agent-mitm-ca.crt' && "
    "chmod 644 '/usr/local/share/ca-certificates/agent-mitm-ca.crt' && "
    "update-ca-certificates && "
    "openssl verify -CAfile '/etc/ssl/certs/ca-certificates.crt' "
    "'/usr/local/share/ca-certificates/agent-mitm-ca.crt'";

double seconds_between(const json& earlier, const json& later) {
  return (later["at_ns"].get<double>() - earlier["at_ns"].get<double>()) / 1e9;
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE("an install that exits 0 is one exec, and its script is the spec's") {
    const Scene scene;
    const Recorder smolvm(scene);
    const auto run = smolvm.run({scene.plan("b")});
    CHECK(run.ended.exit == 0);
    CHECK(run.of("b")["status"] == "ok");
    const auto execs = smolvm.calls("exec");
    REQUIRE(execs.size() == 1);
    const auto& argv = execs[0]["argv"];
    CHECK(argv[argv.size() - 3] == "sh");
    CHECK(argv[argv.size() - 2] == "-c");
    CHECK(argv[argv.size() - 1] == script);
    CHECK(smolvm.calls("cp").size() == 1);
    CHECK(smolvm.calls("create").empty());
    CHECK(smolvm.calls("start").empty());
  }

  TEST_CASE("137 and then 0 is ok after one retry, a second later or more") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"exec", {{{"exit", 137}}, {{"exit", 0}}}}});
    const auto run = smolvm.run({scene.plan("b")});
    CHECK(run.ended.exit == 0);
    CHECK(run.of("b")["status"] == "ok");
    CHECK(run.of("b")["phases"].back()["attempts"] == 2);
    const auto execs = smolvm.calls("exec");
    REQUIRE(execs.size() == 2);
    CHECK(execs[0]["argv"] == execs[1]["argv"]);
    CHECK(seconds_between(execs[0], execs[1]) >= 1.0);
  }

  TEST_CASE("a client that SIGKILL ends counts as 137") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"exec", {{{"signal", SIGKILL}}, {{"exit", 0}}}}});
    const auto run = smolvm.run({scene.plan("b")}, short_settle);
    CHECK(run.of("b")["status"] == "ok");
    CHECK(smolvm.calls("exec").size() == 2);
  }

  TEST_CASE("137 twice fails with the second run's code and output") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"exec",
                    {{{"exit", 137}, {"out", "first"}, {"err", "first"}},
                     {{"exit", 137}, {"out", "second"}, {"err", "last words"}}}}});
    const auto run = smolvm.run({scene.plan("b")}, short_settle);
    CHECK(run.ended.exit == 1);
    const auto& error = run.of("b")["error"];
    CHECK(run.of("b")["status"] == "failed");
    CHECK(error["code"] == "install_failed");
    CHECK(error["phase"] == "install_ca");
    CHECK(error["exit_code"] == 137);
    CHECK(error["message"] == "update-ca-certificates didn't add the agent CA (exit 137)");
    CHECK(error["stdout"] == "second");
    CHECK(error["stderr"] == "last words");
    CHECK(smolvm.calls("exec").size() == 2);
  }

  TEST_CASE("137 and then 5 is exit 5") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"exec", {{{"exit", 137}}, {{"exit", 5}}}}});
    const auto run = smolvm.run({scene.plan("b")}, short_settle);
    CHECK(run.of("b")["error"]["exit_code"] == 5);
    CHECK(smolvm.calls("exec").size() == 2);
  }

  TEST_CASE("5 is final at once") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"exec", {{{"exit", 5}}, {{"exit", 0}}}}});
    const auto run = smolvm.run({scene.plan("b")});
    CHECK(run.of("b")["error"]["exit_code"] == 5);
    CHECK(run.of("b")["phases"].back()["attempts"] == 1);
    CHECK(smolvm.calls("exec").size() == 1);
  }

  TEST_CASE("a copy that fails means no exec at all") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"cp", {{{"exit", 1}, {"err", "Error: vm not found: b\n"}}}}});
    const auto run = smolvm.run({scene.plan("b")});
    const auto& error = run.of("b")["error"];
    CHECK(error["code"] == "copy_failed");
    CHECK(error["message"] == "smolvm could not copy the CA into b (exit 1): vm not found: b");
    CHECK(error["hint"].is_string());
    CHECK(smolvm.calls("exec").empty());
  }

  TEST_CASE(
      "routes choose the egress CA, none the pipelock CA, and what is sent is what was checked") {
    const Scene scene;
    const Recorder smolvm(scene);
    auto egress = scene.plan("with-routes");
    egress["egress_plan"]["routes"] = {{{"host", "api.example.com"}}};
    const auto run = smolvm.run({egress, scene.plan("without")}, {"--jobs", "1"});
    CHECK(run.of("with-routes")["ca"]["label"] == "egress");
    CHECK(run.of("with-routes")["ca"]["subject"] == "CN=test egress CA");
    CHECK(run.of("without")["ca"]["label"] == "pipelock");
    CHECK(run.of("without")["ca"]["subject"] == "CN=test pipelock CA");
    const auto copies = smolvm.calls("cp");
    REQUIRE(copies.size() == 2);
    CHECK(copies[0]["argv"][3] != copies[1]["argv"][3]);
    for (const auto& copy : copies) {
      const auto source = copy["argv"][3].get<std::string>();
      CHECK(source.starts_with(scene.directory().path("tmp/smolfleet-")));
      CHECK(source.ends_with(".crt"));
    }
    CHECK(scene.staging_is_gone());
  }

  TEST_CASE("a missing CA means that nothing is spawned") {
    const Scene scene;
    const Recorder smolvm(scene);
    auto plan = scene.plan("b");
    plan["machine"] = {{"image", "debian:12"}};
    plan["proxy_plan"]["ca_cert_host_path"] = "/nonexistent/ca.pem";
    const auto run = smolvm.run({plan});
    CHECK(run.ended.exit == 1);
    const auto& error = run.of("b")["error"];
    CHECK(error["code"] == "ca_missing");
    const auto message = error["message"].get<std::string>();
    CHECK(message.find("pipelock") != std::string::npos);
    CHECK(message.find("/nonexistent/ca.pem") != std::string::npos);
    CHECK(smolvm.calls().empty());
  }

  TEST_CASE("the fingerprint is logged once, however often the exec was retried") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"exec", {{{"exit", 137}}, {{"exit", 0}}}}});
    const auto run = smolvm.run({scene.plan("b")}, short_settle);
    const auto fingerprint = run.of("b")["ca"]["fingerprint_sha256"].get<std::string>();
    CHECK(fingerprint.size() == 95);
    CHECK(run.log_lines_with(fingerprint) == 1);
    CHECK(run.log_lines_with("b trusts the pipelock CA " + fingerprint) == 1);
  }

  TEST_CASE("a guest that does not trust its CA has no fingerprint line") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"exec", {{{"exit", 5}}}}});
    const auto run = smolvm.run({scene.plan("b")});
    CHECK(run.log_lines_with(run.of("b")["ca"]["fingerprint_sha256"].get<std::string>()) == 0);
  }

  TEST_CASE("with a machine the phases are create, start, copy_ca, install_ca and the steps") {
    const Scene scene;
    const Recorder smolvm(scene);
    auto plan = scene.plan("b");
    plan["machine"] = {{"image", "debian:12"}};
    plan["steps"] = {{{"copy", {{"from", "/a:b"}, {"to", "/root/x"}}}},
                     {{"exec", {{"argv", {"id"}}}}}};
    const auto run = smolvm.run({plan});
    std::vector<std::string> names;
    for (const auto& phase : run.of("b")["phases"])
      names.push_back(phase["name"]);
    CHECK(names == std::vector<std::string>{"create", "start", "copy_ca", "install_ca", "step[0]",
                                            "step[1]"});
    // A colon in the source would turn the copy into a download: it goes through a link.
    const auto source = smolvm.calls("cp")[1]["argv"][3].get<std::string>();
    CHECK(source.find(':') == std::string::npos);
    CHECK(source.starts_with(scene.directory().path("tmp/smolfleet-")));
  }

  TEST_CASE("the first step that fails ends the plan, and a step that may not run twice does not") {
    const Scene scene;
    const Recorder smolvm(scene);
    auto plan = scene.plan("b");
    plan["steps"] = {{{"exec", {{"argv", {"one"}}}}}, {{"exec", {{"argv", {"two"}}}}}};
    smolvm.answer({{"exec", {{{"exit", 0}}, {{"exit", 137}}, {{"exit", 0}}}}});
    const auto run = smolvm.run({plan}, short_settle);
    CHECK(run.of("b")["error"]["code"] == "step_failed");
    CHECK(run.of("b")["error"]["phase"] == "step[0]");
    CHECK(smolvm.calls("exec").size() == 2);
  }

  TEST_CASE("a step that is marked idempotent is run once more after SIGKILL") {
    const Scene scene;
    const Recorder smolvm(scene);
    auto plan = scene.plan("b");
    plan["steps"] = {{{"exec", {{"argv", {"one"}}, {"idempotent", true}}}}};
    smolvm.answer({{"exec", {{{"exit", 0}}, {{"exit", 137}}, {{"exit", 0}}}}});
    const auto run = smolvm.run({plan}, short_settle);
    CHECK(run.of("b")["status"] == "ok");
    CHECK(run.of("b")["phases"].back()["attempts"] == 2);
  }

  TEST_CASE("a smolvm that is too old is not asked to create machines, but it provisions") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"--version", {{{"out", "smolvm 1.0.1\n"}}}}});
    auto plan = scene.plan("new");
    plan["machine"] = {{"image", "debian:12"}};
    const auto run = smolvm.run({plan, scene.plan("old")});
    CHECK(run.of("new")["status"] == "rejected");
    CHECK(run.of("new")["error"]["code"] == "smolvm_unsupported");
    CHECK(run.of("old")["status"] == "ok");
    CHECK(smolvm.calls("create").empty());
  }

  TEST_CASE("flags are used when smolvm's own help lists them") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"help", {{{"out", "--user --mode --label"}}}}});
    auto plan = scene.plan("b");
    plan["machine"] = {{"image", "debian:12"}};
    const auto run = smolvm.run({plan}, {"--run", "run-1"});
    CHECK(run.of("b")["run"] == "run-1");
    const auto create = smolvm.calls("create")[0]["argv"].dump();
    CHECK(create.find(R"("--label","smolfleet.run=run-1","--label","smolfleet.plan=id-b",)"
                      R"("--label","smolfleet.line=1","--label","smolfleet.invocation=)") !=
          std::string::npos);
    CHECK(smolvm.calls("exec")[0]["argv"].dump().find(R"("--user","root")") != std::string::npos);
  }

  TEST_CASE("what smolvm can do is asked once per run") {
    const Scene scene;
    const Recorder smolvm(scene);
    std::vector<json> plans;
    for (int i = 0; i < 20; ++i)
      plans.push_back(scene.plan("b" + std::to_string(i)));
    const auto run = smolvm.run(plans);
    CHECK(run.results.size() == 20);
    CHECK(smolvm.calls("--version").size() == 1);
    CHECK(smolvm.calls("help").size() == 3);
  }
}
