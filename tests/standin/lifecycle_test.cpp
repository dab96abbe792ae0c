// start, stop and delete: the order of things, interrupted starts, orphans, held pipes.
#include "playground.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace smolfleet::standin::tests {
namespace {

std::string running(const std::string& name, pid_t pid) {
  return "'" + name + "' running (PID: " + std::to_string(pid) + ")\n";
}

TEST_SUITE_BEGIN("lifecycle");

TEST_CASE("a machine goes from created to running to stopped, and its files outlive a stop") {
  const Playground playground("sandbox");
  REQUIRE(playground.machine({"create", "-n", "web"}).code == 0);
  CHECK(playground.machine({"status", "-n", "web"}).out == "Machine 'web': created\n");
  const auto started = playground.machine({"start", "-n", "web"});
  REQUIRE_MESSAGE(started.code == 0, started.err);
  const auto pid = playground.vm_pid("web");
  CHECK(started.out == "Machine " + running("web", pid));
  CHECK(playground.status("web").at("state") == "running");
  CHECK(playground.status("web").at("pid") == pid);
  CHECK(playground.machine({"status", "-n", "web"}).out ==
        "Machine 'web': running (PID: " + std::to_string(pid) + ")\n");
  CHECK(playground.machine({"start", "-n", "web"}).out ==
        "Machine 'web' already " + running("web", pid).substr(6));

  REQUIRE(playground.shell("web", "echo kept >/root/file").code == 0);
  CHECK(playground.machine({"stop", "-n", "web"}).out ==
        "Stopping machine 'web'...\nStopped machine: web\n");
  const auto again = playground.machine({"stop", "-n", "web"});
  CHECK(again.code == 0);
  CHECK(again.out == "Machine 'web' is not running (state: stopped)\n");
  CHECK(playground.status("web").at("pid").is_null());
  REQUIRE(playground.machine({"start", "-n", "web"}).code == 0);
  CHECK(playground.shell("web", "cat /root/file").out == "kept\n");
}

TEST_CASE("delete asks, stops before it asks, and removes everything") {
  const Playground playground("sandbox");
  playground.bring_up("web");
  auto directory = playground.machine({"data-dir", "-n", "web"}).out;
  directory.pop_back();
  const auto asked = playground.machine({"delete", "-n", "web"});
  CHECK(asked.code == 0);
  CHECK(asked.out == "Stopping machine 'web'...\nCancelled\n");
  CHECK(asked.err == "Delete machine 'web'? [y/N] ");
  CHECK(playground.status("web").at("state") == "stopped");
  CHECK(std::filesystem::exists(directory));
  const auto forced = playground.machine({"delete", "-n", "web", "-f"});
  CHECK(forced.out == "Cleaning up data directory for vm: web\nDeleted machine: web\n");
  CHECK_FALSE(std::filesystem::exists(directory));
  CHECK(playground.machine({"delete", "-n", "web", "-f"}).err == "Error: vm not found: web\n");
}

TEST_CASE("a VM that died is seen as stopped") {
  const Playground playground("sandbox");
  playground.bring_up("web");
  const auto pid = playground.vm_pid("web");
  REQUIRE(::kill(pid, SIGKILL) == 0);
  wait_until_gone(pid);
  CHECK(playground.status("web").at("state") == "stopped");
  CHECK(playground.shell("web", "true").err.contains("is not running"));
  CHECK(playground.machine({"start", "-n", "web"}).code == 0);
}

TEST_CASE("init runs once, before the workload, and its failure fails the start") {
  const Playground playground("sandbox");
  REQUIRE(playground
              .machine({"create", "-n", "web", "-I", "debian:12", "--net", "--init",
                        "echo x >>/root/init", "--", "sh", "-c",
                        "cp /root/init /root/seen; sleep infinity"})
              .code == 0);
  REQUIRE(playground.machine({"start", "-n", "web"}).code == 0);
  REQUIRE(playground.machine({"stop", "-n", "web"}).code == 0);
  REQUIRE(playground.machine({"start", "-n", "web"}).code == 0);
  CHECK(playground.shell("web", "cat /root/init").out == "x\n");

  REQUIRE(
      playground.machine({"create", "-n", "bad", "--init", "true", "--init", "echo why; exit 3"})
          .code == 0);
  const auto failed = playground.machine({"start", "-n", "bad"});
  CHECK(failed.code == 1);
  CHECK(failed.err == "Error: agent operation failed: init: init[1] failed (exit 3): why\n\n");
  CHECK(playground.status("bad").at("state") == "created");
  CHECK(playground.vm_processes().size() == 1);
}

TEST_CASE("a bare machine's workload runs in the foreground, and its failure is only told") {
  const Playground playground("sandbox");
  REQUIRE(
      playground.machine({"create", "-n", "web", "--", "sh", "-c", "echo hello; exit 5"}).code ==
      0);
  const auto started = playground.machine({"start", "-n", "web"});
  CHECK(started.code == 0);
  CHECK(started.out.starts_with("hello\n"));
  CHECK(started.err == "workload exited with code 5\n");
}

TEST_CASE("while one start runs, status says created and a second start is refused") {
  const Playground playground("sandbox");
  REQUIRE(playground
              .machine({"create", "-n", "web", "--", "sh", "-c",
                        "mkfifo /root/gate; echo up; read -r line </root/gate"})
              .code == 0);
  Child first(playground.command({"machine", "start", "-n", "web"}), playground.environment());
  first.wait_for_output("up\n");
  CHECK(playground.status("web").at("state") == "created");
  CHECK(playground.status("web").at("pid").is_null());
  CHECK(
      playground.machine({"start", "-n", "web"}).err ==
      "Error: agent operation failed: start machine: agent operation failed: start agent: another "
      "process is already starting or running this VM\n");
  CHECK(playground.shell("web", "echo go >/root/gate").code == 0);
  CHECK(first.finish().code == 0);
  CHECK(playground.status("web").at("state") == "running");
}

TEST_CASE("SIGINT after readiness takes the VM along, SIGTERM leaves it behind") {
  const Playground playground("sandbox");
  REQUIRE(
      playground.machine({"create", "-n", "web", "--", "sh", "-c", "echo up; sleep 1000"}).code ==
      0);
  {
    Child start(playground.command({"machine", "start", "-n", "web"}), playground.environment());
    start.wait_for_output("up\n");
    const auto vm = playground.vm_pid("web");
    start.signal(SIGINT);
    CHECK(start.wait_for_exit() == 130);
    wait_until_gone(vm);
    CHECK(playground.vm_processes().empty());
  }
  Child start(playground.command({"machine", "start", "-n", "web"}), playground.environment());
  start.wait_for_output("up\n");
  start.signal(SIGTERM);
  CHECK(start.wait_for_exit() == -SIGTERM);
  CHECK(playground.vm_processes().size() == 1);
  CHECK(playground.status("web").at("state") == "created");
}

TEST_CASE("a start that is killed half-way leaves an orphan that only stop finds") {
  for (const auto* guest : {"none", "sandbox"}) {
    CAPTURE(guest);
    Playground playground(guest);
    playground.use_scenario(
        R"({"rules":[{"verb":"start","attempts":[1,2],"action":{"orphan":true}}]})");
    REQUIRE(playground.machine({"create", "-n", "web"}).code == 0);
    CHECK(playground.machine({"start", "-n", "web"}).code == -SIGKILL);
    const auto orphan = playground.vm_pid("web");
    // It boots in its own time: nobody waits for it any more.
    CHECK(eventually([&] { return playground.vm_processes() == std::vector{orphan}; }));
    CHECK(playground.status("web").at("state") == "created");
    CHECK(playground.status("web").at("pid").is_null());
    const auto stopped = playground.machine({"stop", "-n", "web"});
    CHECK(stopped.code == 0);
    CHECK(stopped.out == "Machine 'web' is not running (state: created)\n");
    CHECK(stopped.err == "Killing orphaned _boot-vm process (PID " + std::to_string(orphan) +
                             ") for machine 'web'\n");
    CHECK(playground.vm_processes().empty());

    // Another start kills an orphan too; deleting it without a stop would leak it.
    CHECK(playground.machine({"start", "-n", "web"}).code == -SIGKILL);
    CHECK(playground.machine({"start", "-n", "web"}).code == 0);
    CHECK(playground.vm_processes().size() == (std::string(guest) == "none" ? 0 : 1));
  }
}

TEST_CASE("delete alone leaks the orphan of an interrupted start") {
  Playground playground("sandbox");
  playground.use_scenario(R"({"rules":[{"verb":"start","action":{"orphan":true}}]})");
  REQUIRE(playground.machine({"create", "-n", "web"}).code == 0);
  CHECK(playground.machine({"start", "-n", "web"}).code == -SIGKILL);
  const auto orphan = playground.vm_pid("web");
  // It boots on; exec asks the guest, not the record.
  while (playground.shell("web", "true").code != 0)
    REQUIRE(playground.vm_processes().size() == 1);
  CHECK(playground.machine({"delete", "-n", "web", "-f"}).code == 0);
  CHECK(playground.vm_processes() == std::vector{orphan});
  REQUIRE(::kill(orphan, SIGKILL) == 0);
  wait_until_gone(orphan);
}

TEST_CASE("a VM holds no pipes of start, unless the scenario or SMOLVM_BOOT_DEBUG says so") {
  for (const auto* guest : {"none", "sandbox"}) {
    CAPTURE(guest);
    Playground playground(guest);
    playground.use_scenario(
        R"({"rules":[{"verb":"start","machine":"holder","action":{"hold_pipes":true}},
                     {"verb":"start","action":{"daemon":true}}]})");
    for (const auto* name : {"clean", "holder"}) {
      REQUIRE(playground.machine({"create", "-n", name}).code == 0);
      Child start(playground.command({"machine", "start", "-n", name}), playground.environment());
      CHECK(start.wait_for_exit() == 0);
      CHECK(start.pipes_are_closed() == (std::string(name) == "clean"));
      CHECK(playground.machine({"stop", "-n", name}).code == 0);
      CHECK(start.pipes_are_closed());
    }
    playground.set("SMOLVM_BOOT_DEBUG", "1");
    Child start(playground.command({"machine", "start", "-n", "clean"}), playground.environment());
    CHECK(start.wait_for_exit() == 0);
    CHECK_FALSE(start.pipes_are_closed());
  }
}

TEST_CASE("an unreachable machine is cleaned up by the next start") {
  Playground playground("sandbox");
  playground.bring_up("web");
  const auto old = playground.vm_pid("web");
  playground.use_scenario(
      R"({"rules":[{"verb":"exec","attempts":[1],"action":{"error":"unreachable"}}]})");
  CHECK(playground.shell("web", "true").err.contains("machine 'web' is not running"));
  CHECK(playground.status("web").at("state") == "unreachable");
  const auto started = playground.machine({"start", "-n", "web"});
  CHECK(started.code == 0);
  CHECK(started.err == "Machine 'web' is unreachable (PID " + std::to_string(old) +
                           " alive but agent unresponsive); cleaning up.\n");
  CHECK(playground.vm_pid("web") != old);
  CHECK(playground.shell("web", "true").code == 0);
}

TEST_CASE("a host port belongs to one running machine") {
  const Playground playground("none");
  REQUIRE(playground.machine({"create", "-n", "a", "-p", "8080:80"}).code == 0);
  REQUIRE(playground.machine({"create", "-n", "b", "-p", "8080:81"}).code == 0);
  REQUIRE(playground.machine({"start", "-n", "a"}).code == 0);
  CHECK(
      playground.machine({"start", "-n", "b"}).err ==
      "Error: config operation failed: start machine: host port 8080 is already in use by running "
      "machine 'a'\n");
}

TEST_SUITE_END();

}  // namespace
}  // namespace smolfleet::standin::tests
