// Hostile lines: what is no JSON, what two readers could read differently, and what costs too much.
#include "plan/json_document.hpp"

#include "smolfleet/core/text.hpp"

#include "lines.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <ctime>
#include <random>
#include <string>

using namespace smolfleet;
using namespace smolfleet::test;

namespace {

constexpr std::size_t longest_line = 1024 * 1024;

/// `piece` over and over in the middle of a line of 1 MiB.
std::string stuffed(const std::string& begin, const std::string& piece, const std::string& end) {
  std::string line = begin;
  while (line.size() + piece.size() + end.size() <= longest_line)
    line += piece;
  return line + end;
}

std::string repeated(std::size_t count, const std::string& piece) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += piece;
  return text;
}

std::string many_keys(std::size_t count, const std::string& prefix) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += fmt::format("\"{}{}\":0,", prefix, i);
  text.pop_back();
  return text;
}

/// Far above what a linear parser needs, even with sanitizers, and far below a quadratic one. Of
/// this process's own computing, so that a busy machine makes no difference.
constexpr double patience = 5.0 * CLOCKS_PER_SEC;

void check_fast(const std::string& line) {
  const auto begin = std::clock();
  const auto plan = plan::parse(line, 1, plan::UnknownKeys::refused);
  const auto took = static_cast<double>(std::clock() - begin);
  INFO(line.substr(0, 40));
  CHECK_FALSE(plan.has_value());
  CHECK(took < patience);
}

}  // namespace

TEST_SUITE_BEGIN("plan");

TEST_CASE("what is no JSON is refused with the byte, counted from 1") {
  const auto message = [](const std::string& line) { return refused(line).failure.message; };
  CHECK(message("") == "the line is not valid JSON: it breaks off after byte 0");
  CHECK(message("nonsense") == "the line is not valid JSON at byte 2");
  CHECK(message(R"({"target":"b")") == "the line is not valid JSON: it breaks off after byte 13");
  CHECK(message(R"({"target":"b)") == "the line is not valid JSON: it breaks off after byte 12");
  CHECK(message(R"({"target":"b"} x)") == "the line is not valid JSON at byte 16");
  CHECK(message(R"({"target":"b",})") == "the line is not valid JSON at byte 15");
  CHECK(message(R"({"target":'b'})") == "the line is not valid JSON at byte 11");
  CHECK(message(R"({"target":"\ud800"})").starts_with("the line is not valid JSON at byte"));
  CHECK(message("{\"target\":\"a\tb\"}") == "the line is not valid JSON at byte 13");
  CHECK(message(R"({"target":"b","timeout_s":NaN})") == "the line is not valid JSON at byte 27");
  CHECK(message(R"({"target":"b","timeout_s":1e999})") ==
        "the line has a number that is out of range at byte 31");
  CHECK(message(R"({"a":{"b":[1,{"c":}]}})") == "/a/b/1: is not valid JSON at byte 19");
}

TEST_CASE("a zero byte is refused, also where nlohmann would take it for the end") {
  using namespace std::string_literals;
  CHECK(refused("{\"target\":\"b\"}\0{"s).failure.message ==
        "the line is not valid JSON at byte 15");
  CHECK(refused("{\"target\":\0\"b\"}"s).failure.message.starts_with("the line is not valid JSON"));
  CHECK(refused("\0"s).failure.message.starts_with("the line is not valid JSON"));
}

TEST_CASE("invalid UTF-8 is refused wherever it stands") {
  for (const auto* bad :
       {"\xFF", "\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    const auto message =
        refused(fmt::format("{{\"target\":\"b\",\"x\":\"{}\"}}", bad)).failure.message;
    CHECK(message == "the line is not valid UTF-8 at byte 20");
    CHECK(refused(fmt::format("{{\"target\":\"b\",\"{}\":1}}", bad)).failure.message ==
          "the line is not valid UTF-8 at byte 16");
    CHECK(refused(std::string("{\"target\":\"b\"}") + bad).failure.message ==
          "the line is not valid UTF-8 at byte 15");
  }
}

TEST_CASE("duplicate keys are refused with their pointer, on every level") {
  const std::array table = std::to_array<std::pair<const char*, const char*>>({
      {R"({"target":"a","target":"a"})", "/target: is given twice"},
      {R"({"target":"a","\u0074arget":"a"})", "/target: is given twice"},
      {R"({"target":"b","machine":{"cpus":1,"net":true,"cpus":2}})",
       "/machine/cpus: is given twice"},
      {R"({"target":"b","steps":[{},{"exec":{"argv":[],"argv":[]}}]})",
       "/steps/1/exec/argv: is given twice"},
      {R"({"target":"b","ignored":[[{"a":0,"a":0}]]})", "/ignored/0/0/a: is given twice"},
      {R"({"target":"b","egress_plan":{"routes":[{"a":0,"a":0}]}})",
       "/egress_plan/routes/0/a: is given twice"},
      {R"({"":0,"":0})", "/: is given twice"},
      {R"([{"a":0,"a":0}])", "/0/a: is given twice"},
  });
  for (const auto& [line, message] : table)
    CHECK(refused(line).failure.message == message);
  CHECK(accepted(with(R"("x":[{"a":0},{"a":0}],"a":{"a":{"a":0}})")).target == "b");
}

TEST_CASE("64 levels are read and the 65th is refused") {
  const auto nested = [](std::size_t levels) {
    return with("\"x\":" + repeated(levels - 1, "[") + repeated(levels - 1, "]"));
  };
  CHECK(accepted(nested(64)).target == "b");
  const auto message = refused(nested(65)).failure.message;
  CHECK(message == "/x" + repeated(62, "/0") + ": is nested too deeply: 64 levels are the most");
}

TEST_CASE("a line of 1 MiB is refused fast, whatever it is stuffed with") {
  check_fast(std::string(longest_line, '['));
  check_fast(std::string(longest_line, '{'));
  check_fast(stuffed("", "{\"a\":", ""));
  check_fast(stuffed("{\"target\":\"b\",\"more\":[", "[],", "0]}"));
  check_fast(stuffed("{\"target\":\"b\",\"more\":[", "{},", "0]}"));
  check_fast(stuffed("{\"target\":\"b\",\"steps\":[", "{},", "{}]}"));
  check_fast(stuffed("{\"target\":\"b\",\"steps\":[", "0,", "0]}"));
  check_fast(stuffed("{\"target\":\"b\",\"steps\":[", "{\"exec\":{\"argv\":[\"a\"]}},", "{}]}"));
  check_fast(stuffed("{\"target\":\"b\",\"machine\":{\"ports\":[", "\"80\",", "0]}}"));
  check_fast(stuffed("{\"target\":\"", "a", "\"}"));
  check_fast(stuffed("{\"target\":\"b\",\"machine\":{\"", "image", "\":1}}"));
  check_fast(stuffed("{\"target\":\"b\",\"machine\":{\"image\":\"", "-", "\"}}"));
  check_fast(stuffed("{\"target\":\"b\",\"machine\":{\"volumes\":[\"", ":", "\"]}}"));
  check_fast(
      stuffed("{\"target\":\"b\",\"steps\":[{\"copy\":{\"from\":\"a\",\"to\":\"", "/.", "\"}}]}"));
  check_fast(stuffed("{\"target\":\"b\",\"id\":\"", "\\u0001", "\"}"));
  check_fast(stuffed("{\"target\":\"b\",\"timeout_s\":", "9", "}"));
  check_fast(stuffed("{\"target\":\"b\",\"timeout_s\":0.", "0", "}"));
  check_fast(stuffed("", "\xFF", ""));
  check_fast(stuffed("\"", "\xF0\x9F\x98\x80", ""));
}

TEST_CASE("an object of 70,000 keys is read and judged fast") {
  const auto keys = many_keys(70'000, "k");
  check_fast(with(keys));
  check_fast(with_machine(keys));
  check_fast(with_machine("\"env\":{" + keys + ",\"k69999\":0}"));
  check_fast(with_machine("\"labels\":{" + keys + "}"));
  check_fast("{" + keys + ",\"k0\":0}");
  check_fast(with(many_keys(2'000, std::string(400, 'k'))));
}

TEST_CASE("a large plan with unknown keys is read for what is known") {
  const auto line = with(many_keys(70'000, "k") + ",\"id\":\"last\"");
  const auto plan = plan::parse(line, 1, plan::UnknownKeys::ignored_outside);
  REQUIRE(plan.has_value());
  CHECK(plan->id == "last");
}

TEST_CASE("random changes of a good line never do harm") {
  const std::string good = with(
      R"("id":"é","egress_plan":{"routes":[{}]},"machine":{"image":"a","cpus":2,"env":{"A":"b"}},)"
      R"("steps":[{"copy":{"from":"a","to":"/b"}},{"exec":{"argv":["x"]}}],"timeout_s":1.5)");
  std::mt19937 random(20261123);  // the same every time
  const auto below = [&](std::size_t limit) { return random() % limit; };
  using namespace std::string_literals;
  const auto bytes = "\0\x01\"\\{}[],:0e-.\x7F\x80\xC3\xE2\xF0\xFF tu"s;
  for (int round = 0; round < 20'000; ++round) {
    auto line = good;
    for (auto changes = 1 + below(6); changes > 0; --changes) {
      const auto place = below(line.size());
      const auto kind = below(4);
      if (kind == 0)
        line[place] = bytes[below(bytes.size())];
      else if (kind == 1)
        line.erase(place, 1 + below(4));
      else if (kind == 2)
        line.insert(place, 1, bytes[below(bytes.size())]);
      else
        line.insert(place, line.substr(below(line.size()), below(20)));
      if (line.empty()) line = "{";
    }
    const auto plan = plan::parse(line, 1, plan::UnknownKeys::refused);
    if (plan) continue;
    const auto& message = plan.error().failure.message;
    REQUIRE(message.size() > 5);
    REQUIRE(core::find_invalid_utf8(message) == std::string::npos);
  }
}

TEST_SUITE_END();
