// Points in time as text.
#include "smolfleet/core/timestamp.hpp"

#include <doctest/doctest.h>

using namespace smolfleet;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("core");

TEST_CASE("a timestamp is ISO 8601 in UTC") {
  const std::chrono::sys_days day = 2026y / 11 / 23;
  CHECK(core::to_iso8601(std::chrono::sys_seconds(day)) == "2026-11-23T00:00:00Z");
  CHECK(core::to_iso8601(day + 10h + 2min + 3s) == "2026-11-23T10:02:03Z");
  CHECK(core::to_iso8601(day + 10h + 7ms) == "2026-11-23T10:00:00.007Z");
  CHECK(core::to_iso8601(std::chrono::sys_seconds(std::chrono::sys_days(2024y / 2 / 29))) ==
        "2024-02-29T00:00:00Z");
}

TEST_CASE("times before 1970 and far in the future keep their form") {
  CHECK(core::to_iso8601(std::chrono::sys_seconds(-1s)) == "1969-12-31T23:59:59Z");
  CHECK(core::to_iso8601(std::chrono::sys_time<std::chrono::milliseconds>(-1ms)) ==
        "1969-12-31T23:59:59.999Z");
  CHECK(core::to_iso8601(std::chrono::sys_days(9999y / 12 / 31) + 23h + 59min + 59s) ==
        "9999-12-31T23:59:59Z");
}

TEST_CASE("what was written is read again, and nothing else") {
  const auto time = std::chrono::sys_days(2024y / 2 / 29) + 23h + 59min + 58s + 7ms;
  CHECK(core::parse_iso8601(core::to_iso8601(time)) == time);
  for (const auto* wrong :
       {"", "2026-11-23T10:00:00Z", "2026-11-23T10:00:00.123", "2026-11-23 10:00:00.123Z",
        "2026-02-29T10:00:00.123Z", "2026-13-01T10:00:00.123Z", "2026-11-23T24:00:00.123Z",
        "2026-11-23T10:60:00.123Z", "2026-11-23T10:00:60.123Z", "2026-11-23T10:00:0x.123Z",
        "2026-11-23T10:00:00.123Z "}) {
    CAPTURE(wrong);
    CHECK_FALSE(core::parse_iso8601(wrong));
  }
}

TEST_SUITE_END();
