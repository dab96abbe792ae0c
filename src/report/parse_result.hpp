// A result's JSON, checked and cut down to what a report needs.
#pragma once

#include "smolfleet/report/guests.hpp"

#include <nlohmann/json_fwd.hpp>

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::report {

/// A phase with its name, before names are shared.
struct NamedSpan {
  std::string phase;
  Span span;
};

struct ParsedResult {
  Guest guest;  ///< `run`, `ca` and `spans` are still to be set
  std::string run;
  std::optional<Ca> ca;
  std::vector<NamedSpan> spans;
};

/// Failure: what is wrong, beginning with the field as a JSON pointer.
[[nodiscard]] std::expected<ParsedResult, std::string> parse_result(const nlohmann::json& object);

}  // namespace smolfleet::report
