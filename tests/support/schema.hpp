// Checks JSON against the schemas that ship with the project.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace smolfleet::test {

/// The shipped schema called `name`: "plan" or "result".
[[nodiscard]] std::filesystem::path schema_file(std::string_view name);

/// Why `document` does not satisfy the schema; empty: it does. Throws if the schema cannot be read.
[[nodiscard]] std::string schema_fault(const nlohmann::json& document,
                                       const std::filesystem::path& schema_file);

}  // namespace smolfleet::test
