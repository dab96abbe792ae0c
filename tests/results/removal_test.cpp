// Removals: the one line that answers a guest that was named.
#include "smolfleet/results/removal.hpp"

#include "../support/schema.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <vector>

using namespace smolfleet;
using namespace smolfleet::test;
using core::FailureCode;
using nlohmann::json;
using results::Millis;
using results::Removal;
using results::RemovalStatus;

namespace {

/// All statuses, in the schema's order.
std::vector<RemovalStatus> all_statuses() {
  std::vector<RemovalStatus> all;
  for (std::size_t i = 0; i < results::removal_statuses; ++i)
    all.push_back(static_cast<RemovalStatus>(i));
  return all;
}

json schema() {
  std::ifstream stream(schema_file("removal"));
  return json::parse(stream);
}

std::string fault_of(const Removal& removal) {
  return schema_fault(json::parse(results::to_line(removal)), schema_file("removal"));
}

}  // namespace

TEST_SUITE("results") {
  TEST_CASE("a removal's line is written to the letter") {
    const Removal removal{.target = "b-1",
                          .id = "run7/b-1",
                          .line = 2,
                          .run = "01J",
                          .status = RemovalStatus::removed,
                          .duration = Millis(30.25),
                          .phases = {{.name = "stop",
                                      .start = Millis(0.1),
                                      .duration = Millis(12),
                                      .attempts = 1,
                                      .exit_code = 0}},
                          .failure = {}};
    CHECK(results::to_line(removal) ==
          R"({"target":"b-1","id":"run7/b-1","line":2,"run":"01J","status":"removed",)"
          R"("duration_ms":30.25,"phases":[{"name":"stop","start_ms":0.1,"duration_ms":12.0,)"
          R"("attempts":1,"exit_code":0}],"error":null})"
          "\n");
    CHECK(fault_of(removal) == "");
  }

  TEST_CASE("what is not known is null") {
    Removal removal;
    removal.failure.emplace();
    removal.failure->message = "the line is not valid JSON at byte 1";
    removal.status = results::status_of(*removal.failure);
    CHECK(fault_of(removal) == "");
    const auto document = json::parse(results::to_line(removal));
    for (const auto* key : {"target", "id", "line", "run"})
      CHECK(document[key].is_null());
    CHECK(document["status"] == "rejected");
  }

  TEST_CASE("the schema wants an error exactly where the guest is not gone") {
    for (const auto status : all_statuses()) {
      CAPTURE(results::to_string(status));
      const bool gone = status == RemovalStatus::removed || status == RemovalStatus::gone;
      Removal removal;
      removal.status = status;
      CHECK((fault_of(removal) == "") == gone);
      removal.failure.emplace();
      removal.failure->code = FailureCode::not_ours;
      removal.failure->message = "m";
      CHECK((fault_of(removal) == "") == !gone);
    }
  }

  TEST_CASE("the status follows from the failure's code, and the schema knows the codes") {
    struct Row {
      FailureCode code;
      RemovalStatus status;
    };
    constexpr Row rows[] = {{FailureCode::invalid_plan, RemovalStatus::rejected},
                            {FailureCode::smolvm_unsupported, RemovalStatus::failed},
                            {FailureCode::spawn_failed, RemovalStatus::failed},
                            {FailureCode::timeout, RemovalStatus::failed},
                            {FailureCode::cancelled, RemovalStatus::cancelled},
                            {FailureCode::removal_failed, RemovalStatus::failed},
                            {FailureCode::not_ours, RemovalStatus::skipped}};
    std::vector<std::string> codes;
    for (const auto& [code, status] : rows) {
      core::Failure failure;
      failure.code = code;
      CHECK(results::status_of(failure) == status);
      codes.emplace_back(core::to_string(code));
    }
    CHECK(schema()["definitions"]["error"]["properties"]["code"]["enum"] == codes);
  }

  TEST_CASE("the removal schema's statuses are the program's") {
    std::vector<std::string> statuses;
    for (const auto status : all_statuses())
      statuses.emplace_back(results::to_string(status));
    CHECK(schema()["properties"]["status"]["enum"] == statuses);
  }
}
