// What smolvm says of itself, in good and in bad shape.
#include "smolfleet/driver/capabilities.hpp"

#include <doctest/doctest.h>

using namespace smolfleet::driver;

TEST_SUITE("driver") {
  TEST_CASE("a version is read, and what is none is not") {
    CHECK(parse_version("smolvm 1.9.3\n") == Version{1, 9, 3});
    CHECK(parse_version("smolvm 10.20.30-rc1 (abc)\n") == Version{10, 20, 30});
    for (const auto* text : {"", "smolvm", "smolvm ", "smolvm 1", "smolvm 1.2", "smolvm 1.2.",
                             "smolvm -1.2.3", "smolvm 1.99999999999.3", "other 1.2.3", "1.2.3"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_version(text));
    }
  }

  TEST_CASE("versions compare by their numbers") {
    CHECK(Version{1, 0, 1} < oldest_for_machines);
    CHECK_FALSE(Version{1, 0, 2} < oldest_for_machines);
    CHECK_FALSE(Version{1, 10, 0} < Version{1, 9, 3});
    CHECK(to_string(Version{1, 10, 0}) == "1.10.0");
  }

  TEST_CASE("a flag is found only as a word of its own") {
    CHECK(lists_flag("      --user <USER>  Run as", "--user"));
    CHECK(lists_flag("[--mode OCTAL]", "--mode"));
    CHECK(lists_flag("--label", "--label"));
    CHECK(lists_flag("--users x, --user y", "--user"));
    CHECK_FALSE(lists_flag("--username <X>", "--user"));
    CHECK_FALSE(lists_flag("--no--user", "--user"));
    CHECK_FALSE(lists_flag("", "--user"));
  }

  TEST_CASE("a host has started machines when one is past `created`") {
    CHECK(shows_started_machine(
        R"([{"name":"a","state":"created"},{"name":"b","state":"stopped"}])"));
    CHECK_FALSE(shows_started_machine(R"([{"name":"a","state":"created"}])"));
    for (const auto* text : {"[]", "", "nonsense", "{}", "[1,null,\"x\"]", R"([{"state":7}])"}) {
      CAPTURE(text);
      CHECK_FALSE(shows_started_machine(text));
    }
  }
}
