// Results: the one line that answers a plan.
#include "smolfleet/results/result.hpp"

#include "smolfleet/core/text.hpp"

#include "../support/schema.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace smolfleet;
using namespace smolfleet::test;
using core::FailureCode;
using nlohmann::json;
using results::Millis;
using results::Status;
using namespace std::chrono_literals;

namespace {

constexpr const char* fingerprint =
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:"
    "FF";

results::Result good_result() {
  results::Result result;
  result.id = "run7/b-0001";
  result.target = "bottle-0001";
  result.line = 1;
  result.run = "01J";
  result.started_at = std::chrono::sys_days(2026y / 11 / 23) + 10h + 123ms + 999us;
  result.queued = Millis(0.25);
  result.duration = Millis(1834.2);
  result.ca = results::Ca{.label = "egress",
                          .fingerprint_sha256 = fingerprint,
                          .subject = "CN=x",
                          .not_after = std::chrono::sys_days(2027y / 1 / 1)};
  result.phases.push_back({.name = "create",
                           .start = Millis(0.1),
                           .duration = Millis(12),
                           .attempts = 1,
                           .exit_code = 0});
  return result;
}

results::Result failed_result(std::string out = "", std::string err = "") {
  auto result = good_result();
  result.failure =
      core::Failure{.code = FailureCode::install_failed,
                    .phase = "install_ca",
                    .message = "update-ca-certificates didn't add the agent CA (exit 5)",
                    .exit_code = 5,
                    .signal = {},
                    .out = std::move(out),
                    .err = std::move(err),
                    .hint = "Look."};
  result.status = results::status_of(result.failure);
  return result;
}

/// The line as JSON, when it is what every line must be.
json read(const results::Result& result) {
  const auto line = results::to_line(result);
  REQUIRE(line.ends_with('\n'));
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(core::find_invalid_utf8(line) == std::string::npos);
  auto document = json::parse(line);
  CHECK(schema_fault(document, schema_file("result")) == "");
  return document;
}

/// All codes of results; a new one must be added here, or the compiler warns.
std::vector<FailureCode> all_codes() {
  std::vector<FailureCode> codes;
  for (auto code = FailureCode::invalid_plan;;
       code = static_cast<FailureCode>(static_cast<int>(code) + 1)) {
    codes.push_back(code);
    switch (code) {
      case FailureCode::invalid_plan:
      case FailureCode::duplicate_target:
      case FailureCode::ca_missing:
      case FailureCode::ca_invalid:
      case FailureCode::ca_contains_private_key:
      case FailureCode::smolvm_unsupported:
      case FailureCode::spawn_failed:
      case FailureCode::create_failed:
      case FailureCode::start_failed:
      case FailureCode::copy_failed:
      case FailureCode::install_failed:
      case FailureCode::step_failed:
      case FailureCode::timeout:
      case FailureCode::cancelled:
        break;
      case FailureCode::host_unfit:
      case FailureCode::removal_failed:  // of removals, as are those behind it
      case FailureCode::not_ours:
        return codes;
    }
  }
}

}  // namespace

TEST_SUITE_BEGIN("results");

TEST_CASE("a result's line is written to the letter") {
  CHECK(results::to_line(good_result()) ==
        R"({"id":"run7/b-0001","target":"bottle-0001","line":1,"status":"ok","run":"01J",)"
        R"("started_at":"2026-11-23T10:00:00.123Z","queued_ms":0.25,"duration_ms":1834.2,)"
        R"("ca":{"label":"egress","fingerprint_sha256":")" +
            std::string(fingerprint) +
            R"(","subject":"CN=x","not_after":"2027-01-01T00:00:00Z"},)"
            R"("phases":[{"name":"create","start_ms":0.1,"duration_ms":12.0,"attempts":1,)"
            R"("exit_code":0}],"leaked":false,"error":null})"
            "\n");
  read(good_result());
}

TEST_CASE("an error has all its fields") {
  const auto error = read(failed_result(" out \n", "err"))["error"];
  const json expected = {{"code", "install_failed"},
                         {"phase", "install_ca"},
                         {"message", "update-ca-certificates didn't add the agent CA (exit 5)"},
                         {"exit_code", 5},
                         {"signal", nullptr},
                         {"stdout", "out"},
                         {"stderr", "err"},
                         {"hint", "Look."}};
  CHECK(error == expected);
}

TEST_CASE("what is not known is null") {
  results::Result result;
  result.line = 3;
  result.status = Status::rejected;
  result.failure.emplace();
  result.failure->message = "the line is not valid JSON at byte 1";
  const auto document = read(result);
  for (const auto* key : {"id", "target", "started_at", "ca"})
    CHECK(document[key].is_null());
  for (const auto* key : {"phase", "exit_code", "signal", "hint"})
    CHECK(document["error"][key].is_null());
  CHECK(document["phases"] == json::array());
  CHECK(document["status"] == "rejected");
}

TEST_CASE("the status follows from the failure's code") {
  CHECK(results::status_of(std::nullopt) == Status::ok);
  for (const auto code : all_codes()) {
    core::Failure failure;
    failure.code = code;
    auto expected = Status::failed;
    if (code == FailureCode::invalid_plan || code == FailureCode::duplicate_target ||
        code == FailureCode::smolvm_unsupported)
      expected = Status::rejected;
    if (code == FailureCode::cancelled) expected = Status::cancelled;
    CHECK(results::status_of(failure) == expected);
  }
}

TEST_CASE("the schema's codes are the program's codes") {
  std::ifstream stream(schema_file("result"));
  const auto schema = json::parse(stream);
  std::vector<std::string> codes;
  for (const auto code : all_codes())
    codes.emplace_back(core::to_string(code));
  CHECK(schema["definitions"]["error"]["properties"]["code"]["enum"] == codes);
}

TEST_CASE("the schema's statuses are the program's") {
  std::ifstream stream(schema_file("result"));
  const auto statuses = json::parse(stream)["properties"]["status"]["enum"];
  const std::vector<Status> all = {Status::ok, Status::failed, Status::rejected, Status::cancelled};
  REQUIRE(statuses.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(statuses[i] == results::to_string(all[i]));
}

TEST_CASE("the result's schema refuses what is not of it") {
  const auto good = read(good_result());
  const auto bad = [&](const char* pointer, const json& value) {
    auto document = good;
    document[json::json_pointer(pointer)] = value;
    return schema_fault(document, schema_file("result")) != "";
  };
  CHECK(bad("/more", 1));
  CHECK(bad("/status", "done"));
  CHECK(bad("/status", "failed"));                       // without an error
  CHECK(bad("/error", read(failed_result())["error"]));  // with the status ok
  CHECK(bad("/started_at", "2026-11-23"));
  CHECK(bad("/phases/0/name", "boot"));
  CHECK(bad("/phases/0/more", 1));
  CHECK(bad("/ca/label", "other"));
  CHECK(bad("/line", "1"));
  auto document = good;
  document.erase("queued_ms");
  CHECK(schema_fault(document, schema_file("result")) != "");
}

TEST_CASE("times have three decimals at most, and stay numbers") {
  auto result = good_result();
  for (const auto& [time, text] : std::vector<std::pair<double, std::string>>{
           {0, "0.0"},
           {1.0 / 3, "0.333"},
           {1234.5678, "1234.568"},
           {0.0004, "0.0"},
           {1e9 + 0.1, "1000000000.1"},
           {86400000.125, "86400000.125"},
           {std::numeric_limits<double>::infinity(), "0.0"},
           {std::numeric_limits<double>::quiet_NaN(), "0.0"}}) {
    result.duration = Millis(time);
    CHECK(results::to_line(result).contains("\"duration_ms\":" + text + ","));
    read(result);
  }
}

TEST_CASE("output is trimmed and has invalid UTF-8 replaced") {
  const auto error = read(failed_result("\r\n a\xFFz\t\n", "\xE2\x82"))["error"];
  CHECK(error["stdout"] == "a\uFFFDz");
  CHECK(error["stderr"] == "\uFFFD");
  CHECK(read(failed_result(" \n\t", ""))["error"]["stdout"] == "");
}

TEST_CASE("control characters and zero bytes in output are escaped") {
  const std::string bytes("a\0b\x1B\x01\nc", 7);
  CHECK(read(failed_result(bytes, ""))["error"]["stdout"] == bytes);
}

TEST_CASE("output up to the limit stays whole, longer output keeps both ends") {
  const std::string whole(results::max_output, 'x');
  CHECK(read(failed_result(whole, ""))["error"]["stdout"] == whole);

  const std::string longer = "begin" + std::string(results::max_output, 'x') + "end";
  const auto shown = read(failed_result(longer, ""))["error"]["stdout"].get<std::string>();
  CHECK(shown.size() <= results::max_output);
  CHECK(shown.size() > results::max_output - 100);
  CHECK(shown.starts_with("beginxxx"));
  CHECK(shown.ends_with("xxxend"));
  const auto mark = shown.find("\n[... ");
  REQUIRE(mark != std::string::npos);
  const auto line_end = shown.find('\n', mark + 1);
  const auto left_out = longer.size() - mark - (shown.size() - line_end - 1);
  CHECK(shown.substr(mark, line_end - mark) ==
        "\n[... " + std::to_string(left_out) + " bytes left out ...]");
}

TEST_CASE("output is cut between characters and stays within the limit, whatever its bytes") {
  for (const std::string piece : {"é", "€", "😀", "\xFF", "a€"}) {
    std::string text;
    while (text.size() < 3 * results::max_output)
      text += piece;
    const auto shown = read(failed_result(text, text))["error"]["stderr"].get<std::string>();
    CHECK(shown.size() <= results::max_output);
    CHECK(shown.contains("bytes left out"));
    const bool garbled = piece != "\xFF" && shown.contains("\uFFFD");
    CHECK_FALSE(garbled);
  }
}

TEST_CASE("invalid UTF-8 anywhere never throws") {
  std::mt19937 random(20261123);  // the same every time
  const auto noise = [&] {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes)
      byte = static_cast<char>(random() % 256);
    return bytes;
  };
  for (int round = 0; round < 500; ++round) {
    auto result = failed_result(noise(), noise());
    result.id = noise();
    result.target = noise();
    result.run = noise();
    result.ca->subject = noise();
    result.failure->message = "m" + noise();
    result.failure->hint = noise();
    read(result);
  }
}

TEST_SUITE_END();
