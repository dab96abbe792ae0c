// Results as `up` writes them, for tests that need others than a run would give.
#pragma once

#include "smolfleet/journal/file.hpp"
#include "smolfleet/report/guests.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::test {

/// A result that is ok; change the object to make others of it.
[[nodiscard]] nlohmann::json ok_result(const std::string& id, std::uint64_t line);
/// One that failed in its start.
[[nodiscard]] nlohmann::json failed_result(const std::string& id, std::uint64_t line);

[[nodiscard]] std::string lines_of_json(const std::vector<nlohmann::json>& objects);

/// Gives `bytes` in small pieces.
[[nodiscard]] journal::Source source_of(std::string_view bytes, std::size_t piece = 7);

/// What was read, and the complaints, as "LINE: what".
struct ReadBack {
  report::Guests guests;
  std::vector<std::string> complaints;
};

/// Reads each text as a file of its own.
[[nodiscard]] ReadBack read_texts(const std::vector<std::string>& texts);

}  // namespace smolfleet::test
