// Reading results.
#include "smolfleet/results/read_back.hpp"

#include "smolfleet/results/result.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace smolfleet::results {
namespace {

using Json = nlohmann::json;

/// The text of a field; nothing: there is none, or no text.
std::optional<std::string> text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

bool is_text_or_null(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && (found->is_string() || found->is_null());
}

bool are_phases(const Json& object) {
  const auto found = object.find("phases");
  return found != object.end() && found->is_array() &&
         std::ranges::all_of(*found, [](const Json& phase) { return phase.is_object(); });
}

/// What is wrong with a result, in words that follow the field's pointer; empty: nothing.
std::string fault_of(const Json& object) {
  if (!status_named(text_at(object, "status").value_or("")))
    return "/status: must be ok, failed, rejected or cancelled in a result of `smolfleet up`";
  for (const auto* key : {"id", "target"}) {
    if (!is_text_or_null(object, key)) return fmt::format("/{}: must be a string or null", key);
  }
  if (!text_at(object, "run")) return "/run: must be a string in a result";
  if (!are_phases(object)) return "/phases: must be an array of objects in a result";
  return {};
}

/// A create that exits with a code of its own has said no, and leaves nothing (contract §5.2);
/// without one it was ended, and nobody knows. A guest that is said to be left was created, if not
/// by this run then by the one that it resumed.
Creation creation_in(const Json& result) {
  const auto leaked = result.find("leaked");
  if (leaked != result.end() && *leaked == true) return Creation::begun;
  for (const auto& phase : result["phases"]) {
    if (text_at(phase, "name") != "create") continue;
    const auto code = phase.find("exit_code");
    const bool said_no = code != phase.end() && code->is_number() && *code != 0;
    return said_no ? Creation::refused : Creation::begun;
  }
  return Creation::none;
}

PastLine read_result(const Json& object) {
  const auto fault = fault_of(object);
  if (fault.empty()) {
    return PastResult{.id = text_at(object, "id"),
                      .target = text_at(object, "target"),
                      .run = *text_at(object, "run"),
                      .creation = creation_in(object)};
  }
  Unreadable line{.id = text_at(object, "id"), .target = text_at(object, "target"), .failure = {}};
  line.failure.code = core::FailureCode::invalid_plan;
  line.failure.message = fault;
  line.failure.hint = "Feed it what `smolfleet up` takes or prints, unchanged, a line each.";
  return line;
}

}  // namespace

PastLine read_back(std::string_view line) {
  const auto object = Json::parse(line, nullptr, false);
  if (!object.is_object() || object.contains("machine")) return NotOfUp{};
  if (object.contains("status")) return read_result(object);
  if (object.contains("event")) return PastEvent{};
  return NotOfUp{};
}

}  // namespace smolfleet::results
