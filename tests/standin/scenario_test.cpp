// Faults by script: they strike when they should, always the same ones, and wrong scripts are
// refused.
#include "playground.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace smolfleet::standin::tests {
namespace {

std::string slurp(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

Ended exec(const Playground& playground, const std::string& machine) {
  return playground.machine({"exec", "--name", machine, "--", "true"});
}

bool ignores(pid_t pid, int signal) {
  const auto status = slurp("/proc/" + std::to_string(pid) + "/status");
  const std::string key = "SigIgn:\t";
  const auto mask = std::stoull(status.substr(status.find(key) + key.size()), nullptr, 16);
  return (mask >> (signal - 1) & 1) != 0;
}

/// The JSON blocks of docs/stand-in.md.
std::vector<std::string> documented_scenarios() {
  const char* path = std::getenv("STANDIN_DOC");
  REQUIRE(path != nullptr);
  const auto text = slurp(path);
  const std::string open = "```json\n";
  std::vector<std::string> all;
  for (auto at = text.find(open); at != text.npos; at = text.find(open, at)) {
    at += open.size();
    all.push_back(text.substr(at, text.find("```", at) - at));
  }
  return all;
}

TEST_SUITE_BEGIN("scenario");

TEST_CASE("a rule strikes the attempts it names and no others") {
  Playground playground("none");
  playground.use_scenario(R"({"rules":[
      {"verb":"exec","machine":"a*","attempts":[1,3],"probability":1.0,"action":{"exit":137}}]})");
  CHECK(exec(playground, "a1").code == 137);
  CHECK(exec(playground, "a1").code == 0);
  CHECK(exec(playground, "a1").code == 137);
  CHECK(exec(playground, "a1").code == 0);
  CHECK(exec(playground, "a2").code == 137);
  CHECK(exec(playground, "b1").code == 0);
}

TEST_CASE("the first matching rule wins") {
  Playground playground("none");
  playground.use_scenario(R"({"rules":[
      {"verb":"exec","machine":"x","action":{"exit":3,"stdout":"out","stderr":"err"}},
      {"verb":["exec","cp"],"action":{"exit":4}}]})");
  const auto first = exec(playground, "x");
  CHECK(first.code == 3);
  CHECK(first.out == "out");
  CHECK(first.err == "err");
  CHECK(exec(playground, "y").code == 4);
  CHECK(playground.machine({"cp", "/etc/hostname", "y:/x"}).code == 4);
}

TEST_CASE("the same seed always strikes the same calls, another seed others") {
  const auto struck = [](int seed, int attempts) {
    Playground playground("none");
    playground.use_scenario(R"({"seed":)" + std::to_string(seed) +
                            R"(,"rules":[{"verb":"exec","probability":0.5,"action":{"exit":9}}]})");
    std::set<std::string> all;
    for (int attempt = 1; attempt <= attempts; ++attempt) {
      for (const auto* machine : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
        if (exec(playground, machine).code == 9) all.insert(machine + std::to_string(attempt));
      }
    }
    return all;
  };
  const auto once = struck(1, 8);
  CHECK(once == struck(1, 8));
  CHECK(once != struck(2, 8));
  // 64 throws of a fair coin; this range holds all but one of a million seeds, and ours is fixed.
  CHECK(once.size() > 12);
  CHECK(once.size() < 52);
}

TEST_CASE("concurrent calls get different attempt numbers, and each call is logged once") {
  Playground playground("none");
  const auto log = playground.directory().native() + "/log";
  playground.set("SMOLVM_LOG", log);
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 32; ++i) {
    children.push_back(std::make_unique<Child>(
        playground.command({"machine", "exec", "--name", "m", "--", "echo", "\xff"}),
        playground.environment()));
  }
  for (auto& child : children)
    CHECK(child->finish().code == 0);
  std::set<int> attempts;
  std::istringstream lines(slurp(log));
  for (std::string line; std::getline(lines, line);) {
    const auto entry = nlohmann::json::parse(line);
    attempts.insert(entry.at("attempt").get<int>());
    CHECK(entry.at("verb") == "exec");
    CHECK(entry.at("machine") == "m");
    CHECK(entry.at("argv").size() == 7);
    CHECK(entry.at("fault").is_null());
  }
  CHECK(attempts.size() == 32);
  CHECK(*attempts.rbegin() == 32);
}

TEST_CASE("named errors print smolvm's words") {
  Playground playground("none");
  struct Case {
    std::string verb;
    std::string error;
    std::string message;
  };
  const std::string start = "agent operation failed: start machine: agent operation failed: ";
  const std::vector<Case> cases{
      {"create", "locked", "database operation failed: reserve vm 'm': database is locked"},
      {"start", "not-ready",
       start + "wait for ready: agent did not become ready within 30 seconds"},
      {"start", "enomem",
       start + "monitor agent: Failure during vcpu run: Cannot allocate memory (os error 12) (boot "
               "process exited (code 1) before the agent was ready)"},
      {"start", "pull-429",
       "agent operation failed: pull image: GET https://index.docker.io/v2/: unexpected status "
       "code "
       "429 Too Many Requests: toomanyrequests"},
      {"start", "pull-timeout",
       "agent operation failed: pull image: Get \"https://index.docker.io/v2/\": net/http: TLS "
       "handshake timeout"},
      {"start", "already-starting",
       start + "start agent: another process is already starting or running this VM"},
      {"start", "no-kvm", start + "kvm not available: /dev/kvm does not exist"},
      {"start", "no-rootfs",
       start + "verify rootfs: agent rootfs not found: /usr/local/lib/smolvm/agent-rootfs"},
      {"stop", "vm-not-found", "vm not found: m"},
      {"exec", "connection-closed", "io operation failed: connection closed"},
      {"exec", "unreachable",
       "agent operation failed: connect: machine 'm' is not running. Use 'smolvm machine start "
       "--name "
       "m' first."},
  };
  for (const auto& each : cases) {
    CAPTURE(each.error);
    playground.use_scenario(R"({"rules":[{"verb":")" + each.verb + R"(","action":{"error":")" +
                            each.error + R"("}}]})");
    const auto ended =
        each.verb == "exec" ? exec(playground, "m") : playground.machine({each.verb, "-n", "m"});
    CHECK(ended.code == 1);
    CHECK(ended.out.empty());
    CHECK(ended.err == "Error: " + each.message + "\n");
  }
}

TEST_CASE("a locked delete has removed the data but not the row") {
  Playground playground("none");
  REQUIRE(playground.machine({"create", "-n", "m"}).code == 0);
  playground.use_scenario(
      R"({"rules":[{"verb":"delete","attempts":[1],"action":{"error":"locked"}}]})");
  const auto first = playground.machine({"delete", "-n", "m", "-f"});
  CHECK(first.code == 1);
  CHECK(first.err == "Error: database operation failed: remove vm 'm': database is locked\n");
  CHECK(playground.status("m").at("state") == "created");
  CHECK(playground.machine({"delete", "-n", "m", "-f"}).code == 0);
}

TEST_CASE("commands die of signals, hang politely, and hang stubbornly") {
  Playground playground("none");
  playground.use_scenario(R"({"rules":[
      {"machine":"shot","verb":"exec","action":{"signal":9}},
      {"machine":"polite","verb":"exec","action":{"hang":"polite","stdout":"up"}},
      {"machine":"stubborn","verb":"exec","action":{"hang":"stubborn","stdout_bytes":10}}]})");
  CHECK(exec(playground, "shot").code == -SIGKILL);

  const auto hanging = [&](const std::string& machine) {
    return std::make_unique<Child>(
        playground.command({"machine", "exec", "--name", machine, "--", "true"}),
        playground.environment());
  };
  const auto polite = hanging("polite");
  polite->wait_for_output("up");
  polite->signal(SIGTERM);
  CHECK(polite->wait_for_exit() == -SIGTERM);

  const auto stubborn = hanging("stubborn");
  stubborn->wait_for_output("xxxxxxxxxx");
  CHECK(ignores(stubborn->pid(), SIGTERM));
  stubborn->signal(SIGTERM);
  stubborn->signal(SIGKILL);
  CHECK(stubborn->wait_for_exit() == -SIGKILL);
}

TEST_CASE("latencies are waited for, output is as long as asked for") {
  Playground playground("none");
  const auto log = playground.directory().native() + "/log";
  playground.set("SMOLVM_LOG", log);
  playground.use_scenario(R"({"rules":[{"verb":"exec","machine":"fixed","action":{"latency":30}},
      {"verb":"exec","machine":"uniform","action":{"latency":{"uniform":[1,5]}}},
      {"verb":"exec","machine":"exponential","action":{"latency":{"exponential":2}}},
      {"verb":"exec","machine":"lognormal","action":{"latency":{"lognormal":{"median":2,"sigma":0.5}}}},
      {"verb":"exec","machine":"loud","action":{"stdout_bytes":200001,"stderr_bytes":70000,"exit":1}}]})");
  const auto before = std::chrono::steady_clock::now();
  CHECK(exec(playground, "fixed").code == 0);
  CHECK(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds(30));
  for (const auto* machine : {"uniform", "exponential", "lognormal"})
    CHECK(exec(playground, machine).code == 0);
  const auto loud = exec(playground, "loud");
  CHECK(loud.out.size() == 200001);
  CHECK(loud.err.size() == 70000);

  std::istringstream lines(slurp(log));
  for (std::string line; std::getline(lines, line);) {
    const auto entry = nlohmann::json::parse(line);
    const double latency = entry.at("fault").at("latency_ms");
    if (entry.at("machine") == "fixed") CHECK(latency == 30);
    if (entry.at("machine") == "uniform") CHECK((latency >= 1 && latency <= 5));
    if (entry.at("machine") == "exponential") CHECK((latency >= 0 && latency < 80));
    if (entry.at("machine") == "lognormal") CHECK((latency > 0 && latency < 50));
    if (entry.at("machine") == "loud") CHECK(entry.at("fault").at("outcome") == "exit 1");
  }
}

TEST_CASE("a wrong scenario is refused with its JSON pointer, exit 70") {
  Playground playground("none");
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"rulez":[]})", "/rulez: unknown key"},
      {R"({"rules":[{"verb":"exec","action":{"exitt":1}}]})", "/rules/0/action/exitt: unknown key"},
      {R"({"rules":[{"verb":"exec"}]})", "/rules/0: expected an action"},
      {R"({"rules":[{"verb":"fly","action":{}}]})",
       "/rules/0/verb: 'fly' is no verb of smolvm machine"},
      {R"({"rules":[{"action":{"exit":"1"}}]})",
       "/rules/0/action/exit: expected a whole number, at least 0"},
      {R"({"rules":[{"action":{"exit":1,"signal":9}}]})",
       "/rules/0/action: at most one of exit, signal, error, hang, orphan, prompt"},
      {R"({"rules":[{"verb":"exec","action":{"orphan":true}}]})",
       "/rules/0: orphan can't befall every verb of this rule"},
      {R"({"rules":[{"verb":"exec","action":{"error":"no-kvm"}}]})",
       "/rules/0: the error 'no-kvm' can't befall every verb of this rule"},
      {R"({"rules":[{"probability":1.5,"action":{}}]})",
       "/rules/0/probability: expected a probability, 0 to 1"},
      {R"({"rules":[{"action":{"latency":{"uniform":[5,1]}}}]})",
       "/rules/0/action/latency/uniform/1: expected a number, at least 5"},
      {R"({"rules":[{"action":{"a/b~":1}}]})", "/rules/0/action/a~1b~0: unknown key"},
  };
  for (const auto& [scenario, complaint] : cases) {
    CAPTURE(scenario);
    playground.use_scenario(scenario);
    const auto ended = playground.machine({"ls"});
    CHECK(ended.code == 70);
    CHECK(ended.err == "smolvm stand-in: scenario " + playground.directory().native() +
                           "/scenario.json: " + complaint + "\n");
  }
  playground.use_scenario("{nonsense");
  CHECK(playground.machine({"ls"}).code == 70);
  playground.set("SMOLVM_SCENARIO", "/no/such/file");
  CHECK(playground.machine({"ls"}).err ==
        "smolvm stand-in: scenario /no/such/file: No such file or directory (os error 2)\n");
}

TEST_CASE("the documented examples do what the text says") {
  const auto scenarios = documented_scenarios();
  REQUIRE(scenarios.size() == 5);
  Playground playground("none");

  playground.use_scenario(scenarios[0]);
  CHECK(exec(playground, "web").code == 137);
  CHECK(exec(playground, "web").code == 0);

  playground.use_scenario(scenarios[1]);
  CHECK(playground.machine({"ls"}).code == 0);

  playground.use_scenario(scenarios[2]);
  for (int attempt = 1; attempt <= 2; ++attempt) {
    CHECK(playground.machine({"create", "-n", "db"}).err.contains("database is locked"));
  }
  CHECK(playground.machine({"create", "-n", "db"}).code == 0);

  playground.use_scenario(scenarios[3]);
  const auto loud = exec(playground, "loud-1");
  CHECK(loud.code == 3);
  CHECK(loud.out.size() == 5'000'000);
  CHECK(playground.machine({"cp", "/etc/hostname", "shot-1:/x"}).code == -SIGKILL);

  playground.use_scenario(scenarios[4]);
  REQUIRE(playground.machine({"create", "-n", "orphan-1"}).code == 0);
  CHECK(playground.machine({"start", "-n", "orphan-1"}).code == -SIGKILL);
  REQUIRE(playground.machine({"create", "-n", "kept-1"}).code == 0);
  CHECK(playground.machine({"delete", "-n", "kept-1", "-f"}).out.ends_with("Cancelled\n"));
}

TEST_CASE("without guests every exec and cp succeeds, and a running machine has no process") {
  const Playground playground("none");
  CHECK(exec(playground, "nobody-made-me").code == 0);
  CHECK(playground.machine({"cp", "/etc/hostname", "nobody-made-me:/x"}).code == 0);
  REQUIRE(playground.machine({"create", "-n", "m"}).code == 0);
  CHECK(playground.machine({"start", "-n", "m"}).out == "Machine 'm' running (PID: 0)\n");
  CHECK(playground.machine({"start", "-n", "m"}).out == "Machine 'm' already running (PID: 0)\n");
  CHECK(playground.status("m").at("state") == "running");
  CHECK(playground.status("m").at("pid").is_null());
  CHECK(playground.vm_processes().empty());
  CHECK(playground.machine({"stop", "-n", "m"}).out ==
        "Stopping machine 'm'...\nStopped machine: m\n");
}

TEST_CASE("a guest of no kind can have a process if the scenario wants it") {
  Playground playground("none");
  playground.use_scenario(R"({"rules":[{"verb":"start","action":{"daemon":true}}]})");
  REQUIRE(playground.machine({"create", "-n", "m"}).code == 0);
  REQUIRE(playground.machine({"start", "-n", "m"}).code == 0);
  const auto pid = playground.vm_pid("m");
  CHECK(playground.status("m").at("pid") == pid);
  ::kill(pid, SIGKILL);
  wait_until_gone(pid);
  CHECK(playground.status("m").at("state") == "stopped");
}

TEST_SUITE_END();

}  // namespace
}  // namespace smolfleet::standin::tests
