// Verdicts as people read them.
#include "smolfleet/check/text.hpp"

#include "../support/program.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

using namespace smolfleet;
using check::TextReport;

namespace {

constexpr auto full = TextReport::Detail::full;
constexpr auto brief = TextReport::Detail::brief;

TextReport report(TextReport::Detail detail) {
  return {core::Palette(false), detail};
}

check::Verdict good(std::uint64_t line, const std::string& path) {
  check::Verdict verdict;
  verdict.line = line;
  verdict.id = "run/1";
  verdict.target = "b";
  verdict.ca = check::CheckedCa{.path = path, .staged = {}};
  verdict.ca->staged.certificate.fingerprint = "AB:CD";
  verdict.ca->staged.certificate.subject = "CN=a CA";
  verdict.phases = {
      {"copy_ca", {{.argv = {"smolvm", "cp", "a file"}, .through_environment = {"A", "B"}}}}};
  return verdict;
}

check::Verdict bad(std::string message) {
  check::Verdict verdict;
  verdict.line = 7;
  verdict.failure.emplace();
  verdict.failure->message = std::move(message);
  verdict.failure->hint = "Mend it.";
  return verdict;
}

}  // namespace

TEST_SUITE("check") {
  TEST_CASE("a good plan is shown with its CA and its commands") {
    auto text = report(full);
    CHECK(text.part_of(good(1, "/ca.pem")) ==
          "\n"
          "line 1: b (run/1) good\n"
          "  CA          pipelock, /ca.pem\n"
          "              CN=a CA, until 1970-01-01T00:00:00Z\n"
          "              AB:CD\n"
          "  copy_ca     smolvm cp 'a file'\n"
          "              (through its environment: A, B)\n");
  }

  TEST_CASE("a CA is described once, and then referred to") {
    auto text = report(full);
    CHECK(text.part_of(good(1, "/ca.pem")).contains("AB:CD"));
    CHECK(text.part_of(good(2, "/ca.pem")).contains("pipelock, /ca.pem, as for line 1\n"));
    CHECK(text.part_of(good(3, "/other.pem")).contains("AB:CD"));
  }

  TEST_CASE("a bad line is shown with what is wrong and what to do") {
    auto text = report(full);
    CHECK(text.part_of(bad("/target: is required")) ==
          "\n"
          "line 7: (no target) bad\n"
          "  error       /target: is required\n"
          "  hint        Mend it.\n");
  }

  TEST_CASE("a brief report has only what is bad or doubtful, and no commands") {
    auto text = report(brief);
    CHECK(text.opening({.feed = "stdin", .run = {}}).empty());
    CHECK(text.part_of(good(1, "/ca.pem")).empty());
    CHECK(text.part_of(bad("x")).starts_with("line 7"));
    auto doubtful = good(2, "/ca.pem");
    doubtful.warnings.push_back({.pointer = "/target", .message = "again", .hint = "Wait."});
    const auto part = text.part_of(doubtful);
    CHECK(part.starts_with("\nline 2"));
    CHECK(part.contains("  warning     /target: again\n  hint        Wait.\n"));
    CHECK_FALSE(part.contains("smolvm cp"));
  }

  TEST_CASE("nothing from a plan reaches the terminal as more than text") {
    auto text = report(full);
    auto verdict = good(1, "/\x1b[31m\n.pem");
    verdict.id = "a\x1b[2Jb";
    verdict.phases[0].commands[0].argv[2] = "\x1b]0;x\x07";
    verdict.warnings.push_back(
        {.pointer = "/a", .message = "/x\x1b[0m is not there", .hint = "\x9b"});
    const auto part = text.part_of(verdict) + text.part_of(bad("\x1b[1m"));
    CHECK(std::ranges::none_of(
        part, [](unsigned char c) { return (c < ' ' && c != '\n') || c == 0x7F || c == 0x9B; }));
  }

  TEST_CASE("a report fits 80 columns, but for words that are longer") {
    auto text = report(full);
    auto verdict = good(1, "/ca.pem");
    auto& argv = verdict.phases[0].commands[0].argv;
    for (int i = 0; i < 40; ++i)
      argv.insert(argv.end(), {"--option", "value"});
    const auto parts = text.opening({.feed = "stdin", .run = {}}) + text.part_of(verdict) +
                       text.part_of(bad(std::string("is ") + std::string(60, 'x') + " and more"));
    for (const auto& line : test::lines_of(parts)) {
      CAPTURE(line);
      CHECK(line.size() <= 80);
    }
  }

  TEST_CASE("the end counts in good English") {
    CHECK(report(full).closing({}) == "The feed has no plans.\n");
    CHECK(report(full).closing({.good = 1, .bad = 0, .warnings = 0}) ==
          "\n1 plan: 1 good, 0 bad, 0 warnings\n");
    CHECK(report(brief).closing({.good = 1, .bad = 1, .warnings = 1}) ==
          "2 plans: 1 good, 1 bad, 1 warning\n");
  }

  TEST_CASE("colours are there where they are wanted") {
    TextReport text(core::Palette(true), full);
    CHECK(text.part_of(bad("x")).contains("\x1b[1;31m bad\x1b[0m"));
  }
}
