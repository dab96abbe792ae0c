// A removal's JSON.
#include "smolfleet/results/removal.hpp"

#include "results/json.hpp"

#include <utility>

namespace smolfleet::results {

std::string_view to_string(RemovalStatus status) {
  switch (status) {
    case RemovalStatus::removed:
      return "removed";
    case RemovalStatus::gone:
      return "gone";
    case RemovalStatus::skipped:
      return "skipped";
    case RemovalStatus::failed:
      return "failed";
    case RemovalStatus::rejected:
      return "rejected";
    case RemovalStatus::cancelled:
      return "cancelled";
  }
  std::unreachable();
}

RemovalStatus status_of(const core::Failure& failure) {
  switch (failure.code) {
    case core::FailureCode::not_ours:
      return RemovalStatus::skipped;
    case core::FailureCode::invalid_plan:
      return RemovalStatus::rejected;
    case core::FailureCode::cancelled:
      return RemovalStatus::cancelled;
    default:
      return RemovalStatus::failed;
  }
}

std::string to_line(const Removal& removal) {
  OrderedJson json;
  json["target"] = or_null(removal.target);
  json["id"] = or_null(removal.id);
  json["line"] = or_null(removal.line);
  json["run"] = or_null(removal.run);
  json["status"] = to_string(removal.status);
  json["duration_ms"] = rounded(removal.duration);
  json["phases"] = json_of_phases(removal.phases);
  json["error"] = removal.failure ? json_of_failure(*removal.failure) : OrderedJson(nullptr);
  return to_json_line(json);
}

}  // namespace smolfleet::results
