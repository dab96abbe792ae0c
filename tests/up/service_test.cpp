// As a service: a FIFO that somebody holds open for reading and writing, as systemd does, and the
// one SIGTERM to the main process that `systemctl stop` is.
#include "smolfleet/core/unique_fd.hpp"

#include "fixture.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

using namespace smolfleet::test;
using smolfleet::core::UniqueFd;

namespace {

/// The unit's socket, and the service that is started with it.
class Service {
 public:
  explicit Service(const Scene& scene) : scene_(scene), path_(scene.directory().path("plans")) {
    REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
    fifo_ = UniqueFd(::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    REQUIRE(fifo_);
  }

  /// What stands behind ExecStart=.
  [[nodiscard]] std::vector<std::string> argv(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"--journal", scene_.directory().path("journal"), "--resume"});
    return Scene::up(StandIn::executable(), std::move(options));
  }

  [[nodiscard]] ProgramOptions streams(const StandIn& smolvm) const {
    auto options = smolvm.watched();
    options.input = fifo_.get();
    return options;
  }

  /// A writer that opens the FIFO, writes a plan and goes away.
  void send(const json& plan) const {
    const UniqueFd writer(::open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    REQUIRE(writer);
    const auto line = plan.dump() + "\n";
    REQUIRE(::write(writer.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()));
  }

 private:
  const Scene& scene_;
  std::string path_;
  UniqueFd fifo_;
};

json next_result(Program& program) {
  return json::parse(program.read_line().value());
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE("a service outlives its writers, and one SIGTERM lets it finish what is in flight") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({rule("exec", {1}, action("exit", 137))})));
    const Service service(scene);
    Program program(service.argv({"--settle-delay", "0.2"}), service.streams(smolvm));
    for (const auto* target : {"a", "b"}) {
      service.send(created(scene, target));
      CHECK(next_result(program)["target"] == target);
    }
    service.send(created(scene, "c"));
    service.send({{"target", "?"}});
    // The rejected line comes last, so by its result the other has been admitted.
    CHECK(next_result(program)["status"] == "rejected");
    program.send_signal(SIGTERM);
    const auto run = collect(program.wait_keeping_input());
    CHECK(run.ended.exit == 128 + SIGTERM);  // SuccessExitStatus= of the unit
    CHECK(run.results.size() == 1);
    CHECK(run.of("c")["status"] == "ok");
    CHECK(smolvm.machines() == std::set<std::string>{"a", "b", "c"});
    CHECK(scene.staging_is_gone());
  }

  TEST_CASE("what is written while a service stops waits in the FIFO for its next start") {
    const Scene scene;
    const StandIn smolvm(scene);
    const Service service(scene);
    Program first(service.argv(), service.streams(smolvm));
    service.send(created(scene, "a"));
    CHECK(next_result(first)["target"] == "a");
    first.send_signal(SIGTERM);
    first.read_log_line_with("reading no more plans");
    service.send(created(scene, "b"));
    CHECK(first.wait_keeping_input().exit == 128 + SIGTERM);

    Program second(service.argv(), service.streams(smolvm));
    CHECK(next_result(second)["target"] == "b");
    service.send(created(scene, "a"));  // a scheduler that has lost its answer asks again
    CHECK(next_result(second)["target"] == "a");
    second.send_signal(SIGTERM);
    CHECK(second.wait_keeping_input().exit == 128 + SIGTERM);
    CHECK(smolvm.verbs_for("a") ==
          Verbs{"create", "start", "cp", "exec"});  // once, in the first service
  }
}
