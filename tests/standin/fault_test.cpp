// What faults do: words, signals, latencies, output; and guests of kind `none`, which have nothing
// but faults.
#include "playground.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <fstream>
#include <memory>
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

bool ignores(pid_t pid, int signal) {
  const auto status = slurp("/proc/" + std::to_string(pid) + "/status");
  const std::string key = "SigIgn:\t";
  const auto mask = std::stoull(status.substr(status.find(key) + key.size()), nullptr, 16);
  return (mask >> (signal - 1) & 1) != 0;
}

TEST_SUITE_BEGIN("fault");

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
    const auto ended = each.verb == "exec" ? playground.shell("m", "true")
                                           : playground.machine({each.verb, "-n", "m"});
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
  CHECK(playground.shell("shot", "true").code == -SIGKILL);

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
  CHECK(playground.shell("fixed", "true").code == 0);
  CHECK(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds(30));
  for (const auto* machine : {"uniform", "exponential", "lognormal"})
    CHECK(playground.shell(machine, "true").code == 0);
  const auto loud = playground.shell("loud", "true");
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

TEST_CASE("calls count those beside them, slow each other down, and forget who was killed") {
  Playground playground("none");
  const auto log = playground.directory().native() + "/log";
  playground.set("SMOLVM_LOG", log);
  playground.use_scenario(R"({"rules":[
      {"verb":"exec","machine":"holder","action":{"hang":"polite"}},
      {"verb":"exec","machine":"picky","above":1,"action":{"exit":5}},
      {"verb":"exec","machine":"slow",
       "action":{"latency":{"fixed":30,"slowdown":{"above":1,"exponent":2}}}}]})");
  CHECK(playground.shell("picky", "true").code == 0);
  Child holder(playground.command({"machine", "exec", "--name", "holder", "--", "true"}),
               playground.environment());
  REQUIRE(eventually([&] { return slurp(log).contains("holder"); }));
  CHECK(playground.shell("picky", "true").code == 5);
  const auto begun = std::chrono::steady_clock::now();
  CHECK(playground.shell("slow", "true").code == 0);
  CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds(4 * 30));
  holder.signal(SIGKILL);
  CHECK(holder.wait_for_exit() == -SIGKILL);
  CHECK(playground.shell("picky", "true").code == 0);
}

TEST_CASE("without guests every exec and cp succeeds, and a running machine has no process") {
  const Playground playground("none");
  CHECK(playground.shell("nobody-made-me", "true").code == 0);
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
