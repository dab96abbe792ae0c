// A result's JSON, in the order in which people read it.
#include "smolfleet/results/result.hpp"

#include "smolfleet/core/timestamp.hpp"

#include "results/json.hpp"

#include <utility>

namespace smolfleet::results {

namespace {

OrderedJson json_of(const Ca& ca) {
  auto json = object_of(4);
  json["label"] = ca.label;
  json["fingerprint_sha256"] = ca.fingerprint_sha256;
  json["subject"] = ca.subject;
  json["not_after"] = core::to_iso8601(ca.not_after);
  return json;
}

OrderedJson json_of(const Result& result) {
  auto json = object_of(12);
  json["id"] = or_null(result.id);
  json["target"] = or_null(result.target);
  json["line"] = result.line;
  json["status"] = to_string(result.status);
  json["run"] = result.run;
  json["started_at"] =
      result.started_at ? OrderedJson(json_time(*result.started_at)) : OrderedJson(nullptr);
  json["queued_ms"] = rounded(result.queued);
  json["duration_ms"] = rounded(result.duration);
  json["ca"] = result.ca ? json_of(*result.ca) : OrderedJson(nullptr);
  json["phases"] = json_of_phases(result.phases);
  json["leaked"] = result.leaked;
  json["error"] = result.failure ? json_of_failure(*result.failure) : OrderedJson(nullptr);
  return json;
}

}  // namespace

std::string_view to_string(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::failed:
      return "failed";
    case Status::rejected:
      return "rejected";
    case Status::cancelled:
      return "cancelled";
  }
  std::unreachable();
}

std::optional<Status> status_named(std::string_view name) {
  const auto* const found =
      std::ranges::find_if(all_statuses, [=](Status status) { return to_string(status) == name; });
  return found == all_statuses.end() ? std::nullopt : std::optional(*found);
}

Status status_of(const std::optional<core::Failure>& failure) {
  if (!failure) return Status::ok;
  switch (failure->code) {
    case core::FailureCode::invalid_plan:
    case core::FailureCode::duplicate_target:
    case core::FailureCode::smolvm_unsupported:
      return Status::rejected;
    case core::FailureCode::cancelled:
      return Status::cancelled;
    default:
      return Status::failed;
  }
}

std::string to_line(const Result& result) {
  return to_json_line(json_of(result));
}

}  // namespace smolfleet::results
