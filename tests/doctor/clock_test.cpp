// What is said of clocks.
#include "smolfleet/doctor/clock.hpp"

#include <doctest/doctest.h>

using namespace smolfleet::doctor;
using namespace std::chrono;

namespace {

Finding finding_of(int year, std::optional<bool> is_synchronised) {
  const auto findings = judge(
      Clock{.now = sys_days(std::chrono::year(year) / 3 / 1), .is_synchronised = is_synchronised});
  REQUIRE(findings.size() == 1);
  return findings[0];
}

}  // namespace

TEST_SUITE("doctor") {
  TEST_CASE("a clock is fine, unconfirmed, or wrong by decades") {
    CHECK(finding_of(2027, true).level == Level::ok);
    CHECK(finding_of(2027, std::nullopt).level == Level::ok);
    CHECK(finding_of(2027, false).level == Level::warning);
    CHECK(finding_of(1970, true).level == Level::problem);
    CHECK(finding_of(2107, true).level == Level::problem);
    CHECK(finding_of(2027, true).text == "2027-03-01T00:00:00Z, synchronised");
  }

  TEST_CASE("what is wrong with a clock says what mends it") {
    CHECK(finding_of(2027, false).mend.value().find("timedatectl") != std::string::npos);
    CHECK(finding_of(1970, true).mend.value().find("timedatectl") != std::string::npos);
  }

  TEST_CASE("the clock of this host is read") {
    CHECK(read_clock().now <= floor<seconds>(system_clock::now()));
  }
}
