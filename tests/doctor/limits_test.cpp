// What is said of limits.
#include "smolfleet/doctor/limits.hpp"

#include "made_up_host.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <string>

using namespace smolfleet::doctor;
using smolfleet::test::MadeUpHost;

namespace {

Finding of_processes(const std::vector<ProcessLimit>& limits) {
  const auto findings = judge(limits);
  REQUIRE(findings.size() == 1);
  return findings[0];
}

std::optional<std::uint64_t> left_by(const std::vector<ProcessLimit>& limits,
                                     const std::string& name) {
  const auto found = std::ranges::find(limits, name, &ProcessLimit::name);
  return found == limits.end() ? std::nullopt : std::optional(found->left);
}

}  // namespace

TEST_SUITE("doctor") {
  TEST_CASE("descriptors that are not enough for the usual number of guests are a warning") {
    const auto level = [](std::size_t jobs) {
      return judge(Descriptors{.soft = 256, .hard = 1024, .jobs = jobs, .default_jobs = 64})[0];
    };
    CHECK(level(64).level == Level::ok);
    CHECK(level(63).level == Level::warning);
    CHECK(level(63).mend.value().find("LimitNOFILE") != std::string::npos);
    CHECK(level(64).text.find("enough for 64 guests in flight") != std::string::npos);
  }

  TEST_CASE("of several limits the narrowest counts, and is named") {
    const auto finding = of_processes(
        {{"kernel.threads-max", 50'000}, {"pids.max", 4000}, {"kernel.pid_max", 30'000}});
    CHECK(finding.level == Level::ok);
    CHECK(finding.text == "4000 more processes and threads (pids.max): about 250 guests");
  }

  TEST_CASE("a limit that leaves room for few guests is a warning, for none a problem") {
    const auto few = of_processes({{"pids.max", 1000}});
    CHECK(few.level == Level::warning);
    CHECK(few.mend.value().find("TasksMax") != std::string::npos);
    const auto none = of_processes({{"kernel.pid_max", 15}});
    CHECK(none.level == Level::problem);
    CHECK(none.mend.value().find("sysctl -w kernel.pid_max") != std::string::npos);
    CHECK(of_processes({{"RLIMIT_NPROC", 100}}).mend.value().find("ulimit") != std::string::npos);
    CHECK(of_processes({}).level == Level::info);
  }

  TEST_CASE("a user's threads are those of all of the user's processes") {
    const MadeUpHost made;
    for (const auto* task : {"1/task/1/stat", "7/task/7/stat", "7/task/8/stat"})
      made.write(std::string("proc/") + task, "");
    made.write("proc/meminfo", "");
    CHECK(threads_of(::getuid(), made.host()) == 3);
    CHECK(threads_of(::getuid() + 1, made.host()) == 0);
  }

  TEST_CASE("what runs already is taken off the kernel's limits and the cgroup's") {
    const MadeUpHost made;
    made.write("proc/loadavg", "3.58 3.05 3.01 2/345 4711\n");
    made.write("proc/sys/kernel/threads-max", "1000\n");
    made.write("proc/sys/kernel/pid_max", "300\n");
    made.write("proc/self/cgroup", "0::/a\n");
    made.write("cgroup/a/pids.max", "50\n");
    made.write("cgroup/a/pids.current", "20\n");
    const auto limits = read_process_limits(made.host());
    CHECK(left_by(limits, "kernel.threads-max") == 655);
    CHECK(left_by(limits, "kernel.pid_max") == 0);
    CHECK(left_by(limits, "pids.max") == 30);
  }
}
