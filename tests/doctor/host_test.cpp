// Looking at hosts that are made up.
#include "smolfleet/doctor/host.hpp"

#include "made_up_host.hpp"

#include <doctest/doctest.h>

using namespace smolfleet::doctor;
using smolfleet::test::MadeUpHost;

TEST_SUITE("doctor") {
  TEST_CASE("a number is read, and a word or a missing file is none") {
    const MadeUpHost made;
    made.write("proc/a", "42\n");
    made.write("proc/b", "max\n");
    CHECK(number_in(made.host().proc / "a") == 42);
    CHECK_FALSE(number_in(made.host().proc / "b").has_value());
    CHECK_FALSE(number_in(made.host().proc / "c").has_value());
  }

  TEST_CASE("the cgroups of a process are its own and all above it") {
    const MadeUpHost made;
    made.write("proc/self/cgroup", "1:cpu:/old\n0::/user.slice/a.scope\n");
    const auto root = made.host().cgroup;
    const auto groups = cgroups_of(made.host());
    REQUIRE(groups.size() == 3);
    CHECK(groups[0] == root / "user.slice/a.scope");
    CHECK(groups[1] == root / "user.slice");
    CHECK(groups[2] == root / "");
  }

  TEST_CASE("without the unified hierarchy there are no cgroups") {
    const MadeUpHost made;
    CHECK(cgroups_of(made.host()).empty());
    made.write("proc/self/cgroup", "4:pids:/docker/x\n1:cpu:/\n");
    CHECK(cgroups_of(made.host()).empty());
  }

  TEST_CASE("what is left is what the narrowest cgroup leaves") {
    const MadeUpHost made;
    made.write("proc/self/cgroup", "0::/a/b\n");
    made.write("cgroup/a/b/pids.max", "max\n");
    made.write("cgroup/a/pids.max", "100\n");
    made.write("cgroup/a/pids.current", "40\n");
    made.write("cgroup/pids.max", "1000\n");
    made.write("cgroup/pids.current", "990\n");
    const auto groups = cgroups_of(made.host());
    CHECK(left_in(groups, "pids") == 10);
    made.write("cgroup/pids.current", "1200\n");
    CHECK(left_in(groups, "pids") == 0);
    CHECK_FALSE(left_in(groups, "memory").has_value());
  }

  TEST_CASE("cached files that can be dropped are not in use") {
    const MadeUpHost made;
    made.write("proc/self/cgroup", "0::/\n");
    made.write("cgroup/memory.max", "1000\n");
    made.write("cgroup/memory.current", "900\n");
    const auto groups = cgroups_of(made.host());
    CHECK(left_in(groups, "memory") == 100);
    made.write("cgroup/memory.stat", "anon 100\nfile 800\ninactive_file 600\nactive_file 200\n");
    CHECK(left_in(groups, "memory") == 700);
    made.write("cgroup/memory.stat", "inactive_file 5000\n");
    CHECK(left_in(groups, "memory") == 1000);
    made.write("cgroup/memory.stat", "\n");
    CHECK(left_in(groups, "memory") == 100);
  }
}
