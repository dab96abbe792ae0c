// What is said of memory.
#include "smolfleet/doctor/memory.hpp"

#include "made_up_host.hpp"

#include <doctest/doctest.h>

using namespace smolfleet::doctor;
using smolfleet::test::MadeUpHost;

namespace {

Finding finding_of(std::uint64_t available, std::optional<std::uint64_t> cgroup_left = {}) {
  const auto findings =
      judge(Memory{.total = 65'536, .available = available, .cgroup_left = cgroup_left});
  REQUIRE(findings.size() == 2);
  CHECK(findings[1].level == Level::info);
  return findings[0];
}

}  // namespace

TEST_SUITE("doctor") {
  TEST_CASE("little memory is a warning, and too little for any guest a problem") {
    CHECK(finding_of(20'000).level == Level::ok);
    CHECK(finding_of(1023).level == Level::warning);
    CHECK(finding_of(63).level == Level::problem);
    CHECK(judge(std::optional<Memory>())[0].level == Level::warning);
  }

  TEST_CASE("a cgroup that leaves less than the host counts, and is what is to be changed") {
    const auto finding = finding_of(20'000, 500);
    CHECK(finding.level == Level::warning);
    CHECK(finding.text == "500 MiB available of 65536, as the cgroup limits it");
    CHECK(finding.mend.value().find("MemoryMax") != std::string::npos);
    CHECK(finding_of(20'000, 30'000).level == Level::ok);
  }

  TEST_CASE("the guests that fit are told by the size that smolvm gives one") {
    const auto findings = judge(Memory{.total = 65'536, .available = 20'000, .cgroup_left = {}});
    CHECK(findings[1].text.starts_with("that is 2 guests of 8192 MiB"));
  }

  TEST_CASE("memory is read from meminfo, in MiB, and from the cgroup, in bytes") {
    const MadeUpHost made;
    CHECK_FALSE(read_memory(made.host()).has_value());
    made.write("proc/meminfo",
               "MemTotal:  24683520 kB\nMemFree:  1 kB\nMemAvailable:  2048000 kB\n");
    made.write("proc/self/cgroup", "0::/\n");
    made.write("cgroup/memory.max", "1073741824\n");
    made.write("cgroup/memory.current", "536870912\n");
    const auto memory = read_memory(made.host()).value();
    CHECK(memory.total == 24'105);
    CHECK(memory.available == 2000);
    CHECK(memory.cgroup_left == 512);
  }
}
