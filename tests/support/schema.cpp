// By valijson.
#include "schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <fstream>
#include <map>

namespace smolfleet::test {

namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

const valijson::Schema& schema_in(const std::filesystem::path& file) {
  static std::map<std::filesystem::path, valijson::Schema> schemas;
  const auto [place, is_new] = schemas.try_emplace(file);
  if (is_new) {
    std::ifstream stream(file);
    const auto json = nlohmann::json::parse(stream);
    valijson::SchemaParser().populateSchema(Adapter(json), place->second);
  }
  return place->second;
}

}  // namespace

std::filesystem::path schema_file(std::string_view name) {
  return std::filesystem::path(SCHEMA_DIRECTORY) / fmt::format("{}.schema.json", name);
}

std::string schema_fault(const nlohmann::json& document, const std::filesystem::path& schema_file) {
  valijson::ValidationResults results;
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  if (validator.validate(schema_in(schema_file), Adapter(document), &results)) return {};
  std::string faults;
  for (const auto& error : results)
    faults += fmt::format("{}: {}\n", fmt::join(error.context, ""), error.description);
  return faults.empty() ? "it does not satisfy the schema" : faults;
}

}  // namespace smolfleet::test
