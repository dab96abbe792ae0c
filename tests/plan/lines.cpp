// Each line goes through the parser and through the schema, so that the two stay one.
#include "lines.hpp"

#include "smolfleet/core/text.hpp"

#include "../support/schema.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace smolfleet::test {

namespace {

std::string plan_schema_fault(std::string_view line) {
  return schema_fault(nlohmann::json::parse(line), schema_file("plan"));
}

}  // namespace

plan::Plan accepted(std::string_view line) {
  auto plan = plan::parse(line, 1, plan::UnknownKeys::ignored_outside);
  INFO(line);
  if (!plan) FAIL(plan.error().failure.message);
  CHECK(plan_schema_fault(line) == "");
  return std::move(*plan);
}

plan::Rejection refused(std::string_view line, plan::UnknownKeys unknown_keys) {
  auto plan = plan::parse(line, 7, unknown_keys);
  INFO(line.substr(0, 1000));
  REQUIRE_FALSE(plan.has_value());
  const auto& rejection = plan.error();
  CHECK(rejection.line == 7);
  CHECK(rejection.failure.code == core::FailureCode::invalid_plan);
  CHECK(core::find_invalid_utf8(rejection.failure.message) == std::string::npos);
  CHECK(rejection.failure.message.size() < 8192);
  return rejection;
}

void check_refused(std::span<const BadLine> table) {
  for (const auto& bad : table) {
    INFO(bad.line);
    const auto message = refused(bad.line).failure.message;
    CHECK_MESSAGE(message.starts_with(bad.message), message);
    CHECK((plan_schema_fault(bad.line) != "") == (bad.schema == Schema::knows));
  }
}

std::string with(std::string_view fields) {
  return fmt::format(R"({{"target":"b",{}}})", fields);
}

std::string with_machine(std::string_view fields) {
  return with(fmt::format(R"("machine":{{{}}})", fields));
}

std::string with_step(std::string_view step) {
  return with(fmt::format(R"("steps":[{}])", step));
}

}  // namespace smolfleet::test
