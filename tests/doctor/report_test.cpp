// Findings as people and machines get them.
#include "smolfleet/doctor/report.hpp"

#include "../support/program.hpp"
#include "../support/schema.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

using namespace smolfleet;
using namespace smolfleet::doctor;
using nlohmann::json;

namespace {

const Findings some = {
    {.topic = "kvm", .level = Level::problem, .text = "it is not there", .mend = "make it"},
    {.topic = "memory", .level = Level::info, .text = "as much as there is"},
    {.topic = "clock",
     .level = Level::warning,
     .text = "it goes on and on, and what is said of it has to be broken somewhere",
     .mend = "wait until what is to be done about it has been broken somewhere, too, and then"}};

}  // namespace

TEST_SUITE("doctor") {
  TEST_CASE("a report has a row for each finding, what mends it below, and the sums") {
    const auto text = to_text({some[0], some[1]}, core::Palette(false));
    CHECK(text ==
          "problem  kvm          it is not there\n"
          "                      -> make it\n"
          "info     memory       as much as there is\n"
          "\n"
          "1 problem, 0 warnings: guests cannot be brought up here yet.\n");
  }

  TEST_CASE("a report fits 80 columns and has nothing in it that a terminal would act on") {
    auto findings = some;
    findings.push_back({.topic = "smolvm", .text = "\x1b[2J at /a\nb"});
    const auto text = to_text(findings, core::Palette(false));
    CHECK(text.find('\x1b') == std::string::npos);
    for (const auto& line : test::lines_of(text))
      CHECK(line.size() <= 80);
  }

  TEST_CASE("the end says how it is") {
    const auto end = [](const Findings& findings) {
      return test::lines_of(to_text(findings, core::Palette(false))).back();
    };
    CHECK(end({some[1]}) == "Everything is as it should be.");
    CHECK(end({some[2]}) == "No problem, 1 warning.");
  }

  TEST_CASE("each line of JSON satisfies the schema, and the last one has the sums") {
    const auto lines = test::lines_of(to_lines(some));
    REQUIRE(lines.size() == 4);
    for (const auto& line : lines)
      CHECK(test::schema_fault(json::parse(line), test::schema_file("doctor")) == "");
    CHECK(json::parse(lines[0])["mend"] == "make it");
    CHECK(json::parse(lines[1])["mend"].is_null());
    CHECK(json::parse(lines[3])["summary"] ==
          json{{"ok", 0}, {"info", 1}, {"warning", 1}, {"problem", 1}});
  }

  TEST_CASE("the schema refuses a problem without what mends it") {
    const json bad = {{"topic", "kvm"}, {"level", "problem"}, {"text", "x"}, {"mend", nullptr}};
    CHECK(test::schema_fault(bad, test::schema_file("doctor")) != "");
  }
}
