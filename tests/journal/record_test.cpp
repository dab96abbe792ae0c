// Records to lines and back.
#include "smolfleet/journal/record.hpp"

#include "smolfleet/results/result.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

using namespace smolfleet;
using journal::Admitted;
using journal::Begun;
using journal::Ended;

namespace {

const std::string digest(64, 'd');

/// A line without its end, as `parse_record` wants it.
std::string_view body(const std::string& line) {
  REQUIRE(line.ends_with('\n'));
  return std::string_view(line).substr(0, line.size() - 1);
}

std::string failed_result() {
  results::Result result;
  result.id = "id \"quoted\"";
  result.target = "b";
  result.line = 7;
  result.status = results::Status::failed;
  result.run = "r";
  result.started_at = std::chrono::system_clock::time_point();
  result.leaked = true;
  result.failure = core::Failure();
  result.failure->message = "no\nsuch \xff luck";
  return results::to_line(result);
}

}  // namespace

TEST_SUITE("journal") {
  TEST_CASE("a beginning and an admission come back as they were") {
    const auto begun = journal::to_line(Begun{"01ABC"});
    CHECK(std::get<Begun>(journal::parse_record(body(begun)).value()).run == "01ABC");
    const auto by =
        std::get<Begun>(journal::parse_record(body(journal::to_line(Begun{"r", "01DEF"}))).value());
    CHECK(by.run == "r");
    CHECK(by.invocation == "01DEF");
    const auto line =
        journal::to_line(Admitted{.digest = digest,
                                  .id = "i\"d\n",
                                  .target = "b",
                                  .line = 12,
                                  .creates = true,
                                  .again = true,
                                  .at = std::chrono::sys_time<std::chrono::milliseconds>(
                                      std::chrono::milliseconds(1795566018511))});
    CHECK(line.find('\n') == line.size() - 1);
    const auto back = std::get<Admitted>(journal::parse_record(body(line)).value());
    CHECK(back.digest == digest);
    CHECK(back.id == "i\"d\n");
    CHECK(back.target == "b");
    CHECK(back.line == 12);
    CHECK(back.creates);
    CHECK(back.again);
    CHECK(back.at.time_since_epoch().count() == 1795566018511);
  }

  TEST_CASE("a removal comes back as it was") {
    const auto line =
        journal::to_line(journal::Removed{.digest = digest, .target = "b", .line = 12});
    const auto back = std::get<journal::Removed>(journal::parse_record(body(line)).value());
    CHECK(back.digest == digest);
    CHECK(back.target == "b");
    CHECK(back.line == 12);
    CHECK(journal::parse_record(R"({"record":"removed","target":"b"})").error() ==
          "lacks a part of a removal");
  }

  TEST_CASE("a result stands in its record to the letter") {
    const auto result = failed_result();
    const auto line = journal::ended_line(digest, result);
    const auto record = journal::parse_record(body(line)).value();
    const auto& ended = std::get<Ended>(record);
    CHECK(ended.digest == digest);
    CHECK(ended.target == "b");
    CHECK(ended.status == results::Status::failed);
    CHECK(ended.leaked);
    CHECK(ended.was_admitted);
    CHECK(ended.result == body(result));
    CHECK(line.substr(ended.result_at, ended.result.size()) == ended.result);
    CHECK(ended.line == 7);
    CHECK(journal::replayed(ended.result, 7, false) == result);
  }

  TEST_CASE("an answer says where its plan stands now") {
    auto result = failed_result();
    const auto line = journal::replayed(body(result), 70, false);
    const auto at = result.find("\"line\":7");
    REQUIRE(at != std::string::npos);
    CHECK(line == result.replace(at, 8, "\"line\":70"));
  }

  TEST_CASE("a line in which one letter was changed is no record") {
    auto line = journal::to_line(Begun{"run1"});
    line.replace(line.find("run1"), 4, "run2");
    CHECK(journal::parse_record(body(line)).error() == "is not as it was written");
  }

  TEST_CASE("an answer of a guest that is gone says no more that it is left") {
    auto result = failed_result();
    const auto line = journal::replayed(body(result), 7, true);
    const auto at = result.find("\"leaked\":true");
    REQUIRE(at != std::string::npos);
    CHECK(line == result.replace(at, 13, "\"leaked\":false"));
  }

  TEST_CASE("what is no record is told") {
    const auto fault = [](std::string_view line) { return journal::parse_record(line).error(); };
    CHECK(fault("") == "is no JSON object");
    CHECK(fault("[]") == "is no JSON object");
    CHECK(fault("{}") == "is no record of a journal");
    CHECK(fault(R"({"record":"begun","journal":1})") == "does not say which run it is of");
    CHECK(fault(R"({"record":"begun","journal":2,"run":"r"})") ==
          "is of journal format 2, and this smolfleet knows only 1");
    CHECK(fault(R"({"record":"admitted","plan":"short"})") == "lacks a part of an admission");
    CHECK(fault(R"({"record":"ended","plan":"short","result":{}})") == "lacks a part of an answer");
    CHECK(fault(R"({"record":"ended","plan":")" + digest + R"(","result":{},"sum":"01234567"})") ==
          "holds a result without status");
    // Another order of keys would put the result elsewhere than the history remembers.
    CHECK(fault(R"({"record":"ended","result":{"status":"ok","leaked":false},"plan":")" + digest +
                R"("})") == "lacks a part of an answer");
  }
}
