// What is said of a smolvm.
#include "smolfleet/doctor/smolvm.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace smolfleet;
using namespace smolfleet::doctor;

namespace {

Smolvm with_version(driver::Version version, bool labels = true) {
  return {
      .program = "/usr/bin/smolvm",
      .can =
          driver::Capabilities{
              .version = version, .exec_user = false, .copy_mode = labels, .create_label = labels},
      .machines = MachineCounts{.all = 3, .running = 1, .has_started = true}};
}

core::Failure failure(const char* message) {
  core::Failure failure;
  failure.message = message;
  return failure;
}

bool says(const Finding& finding, std::string_view text) {
  return finding.text.find(text) != std::string::npos;
}

}  // namespace

TEST_SUITE("doctor") {
  TEST_CASE("a smolvm that is new enough is fine, with what it can do and its machines") {
    const auto findings = judge(with_version({1, 9, 3}));
    REQUIRE(findings.size() == 3);
    for (const auto& finding : findings)
      CHECK(finding.level == Level::ok);
    CHECK(findings[0].text == "1.9.3 at /usr/bin/smolvm");
    CHECK(findings[1].text == "create --label: yes, cp --mode: yes, exec --user: no");
    CHECK(says(findings[2], "3 machines, 1 of them running"));
  }

  TEST_CASE("an old smolvm is a warning, and one that cannot create machines a problem") {
    CHECK(judge(with_version({1, 8, 9}))[0].level == Level::warning);
    CHECK(judge(with_version({1, 0, 2}))[0].level == Level::warning);
    const auto too_old = judge(with_version({1, 0, 1}))[0];
    CHECK(too_old.level == Level::problem);
    CHECK(too_old.mend.value().find("install 1.9.0 or newer") != std::string::npos);
  }

  TEST_CASE("a smolvm without labels is a warning that says what does not work") {
    const auto finding = judge(with_version({1, 7, 0}, false))[1];
    CHECK(finding.level == Level::warning);
    CHECK(says(finding, "down --run"));
  }

  TEST_CASE("no program, no answer and no list are problems, each with what to do") {
    Smolvm smolvm{.program = std::unexpected("a: b was not found on PATH: install it"),
                  .can = {},
                  .machines = {}};
    CHECK(judge(smolvm)[0].level == Level::problem);
    CHECK(judge(smolvm)[0].text == "a: b was not found on PATH");
    CHECK(judge(smolvm)[0].mend.value().starts_with("install it; "));
    smolvm.program = "/usr/bin/smolvm";
    smolvm.can = std::unexpected(failure("it did not answer"));
    REQUIRE(judge(smolvm).size() == 1);
    CHECK(judge(smolvm)[0].level == Level::problem);
    CHECK(judge(smolvm)[0].mend.has_value());
    smolvm = with_version({1, 9, 3});
    smolvm.machines = std::unexpected(failure("no such table"));
    CHECK(judge(smolvm)[2].level == Level::problem);
    CHECK(says(judge(smolvm)[2], "no such table"));
  }

  TEST_CASE("a host that has started no machine yet is told what that means") {
    auto smolvm = with_version({1, 9, 3});
    smolvm.machines = MachineCounts{};
    CHECK(says(judge(smolvm)[2], "the first start will go alone"));
  }
}
