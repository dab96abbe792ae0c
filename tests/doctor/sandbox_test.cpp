// What is said of user namespaces.
#include "smolfleet/doctor/sandbox.hpp"

#include "made_up_host.hpp"

#include <doctest/doctest.h>

using namespace smolfleet::doctor;
using smolfleet::test::MadeUpHost;

namespace {

Finding finding_of(const Sandbox& sandbox) {
  const auto findings = judge(sandbox);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].text.find("stand-in") != std::string::npos);
  return findings[0];
}

Sandbox open_to_all() {
  return {.is_root = false, .most_namespaces = 1000, .allowed = {}, .restricted = {}};
}

}  // namespace

TEST_SUITE("doctor") {
  TEST_CASE("what only the stand-in lacks is never more than information") {
    CHECK(finding_of(open_to_all()).level == Level::ok);
    auto sandbox = open_to_all();
    sandbox.most_namespaces = 0;
    CHECK(finding_of(sandbox).level == Level::info);
    sandbox = open_to_all();
    sandbox.allowed = 0;
    CHECK(finding_of(sandbox).mend.value().find("unprivileged_userns_clone=1") !=
          std::string::npos);
    sandbox = open_to_all();
    sandbox.restricted = 1;
    CHECK(finding_of(sandbox).mend.value().find("apparmor") != std::string::npos);
    sandbox.is_root = true;
    CHECK(finding_of(sandbox).level == Level::ok);
  }

  TEST_CASE("the kernel's switches are read where they are") {
    const MadeUpHost made;
    made.write("proc/sys/user/max_user_namespaces", "77\n");
    made.write("proc/sys/kernel/unprivileged_userns_clone", "0\n");
    const auto sandbox = read_sandbox(made.host());
    CHECK(sandbox.most_namespaces == 77);
    CHECK(sandbox.allowed == 0);
    CHECK_FALSE(sandbox.restricted.has_value());
  }
}
