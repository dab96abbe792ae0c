// A result's JSON, in the order in which people read it.
#include "smolfleet/results/result.hpp"

#include "smolfleet/core/text.hpp"
#include "smolfleet/core/timestamp.hpp"

#include "results/excerpt.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <utility>

namespace smolfleet::results {

namespace {

/// Keeps the order in which keys are added.
using Json = nlohmann::ordered_json;

/// With three decimals at most; they print so, because the shortest text for the double is taken.
double rounded(Millis time) {
  return std::isfinite(time.count()) ? std::round(time.count() * 1000) / 1000 : 0;
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json json_of(const Ca& ca) {
  Json json;
  json["label"] = ca.label;
  json["fingerprint_sha256"] = ca.fingerprint_sha256;
  json["subject"] = ca.subject;
  json["not_after"] = core::to_iso8601(ca.not_after);
  return json;
}

Json json_of(const Phase& phase) {
  Json json;
  json["name"] = phase.name;
  json["start_ms"] = rounded(phase.start);
  json["duration_ms"] = rounded(phase.duration);
  json["attempts"] = phase.attempts;
  json["exit_code"] = or_null(phase.exit_code);
  return json;
}

Json json_of(const core::Failure& failure) {
  Json json;
  json["code"] = core::to_string(failure.code);
  json["phase"] = failure.phase.empty() ? Json(nullptr) : Json(failure.phase);
  json["message"] = failure.message;
  json["exit_code"] = or_null(failure.exit_code);
  json["signal"] = or_null(failure.signal);
  json["stdout"] = excerpt(failure.out, max_output);
  json["stderr"] = excerpt(failure.err, max_output);
  json["hint"] = or_null(failure.hint);
  return json;
}

Json started_at(const Result& result) {
  if (!result.started_at) return nullptr;
  return core::to_iso8601(std::chrono::floor<std::chrono::milliseconds>(*result.started_at));
}

Json json_of(const Result& result) {
  Json json;
  json["id"] = or_null(result.id);
  json["target"] = or_null(result.target);
  json["line"] = result.line;
  json["status"] = to_string(result.status);
  json["run"] = result.run;
  json["started_at"] = started_at(result);
  json["queued_ms"] = rounded(result.queued);
  json["duration_ms"] = rounded(result.duration);
  json["ca"] = result.ca ? json_of(*result.ca) : Json(nullptr);
  auto& phases = json["phases"] = Json::array();
  for (const auto& phase : result.phases)
    phases.push_back(json_of(phase));
  json["error"] = result.failure ? json_of(*result.failure) : Json(nullptr);
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
  // Whatever invalid UTF-8 has come so far is replaced, rather than thrown about.
  auto line = json_of(result).dump(-1, ' ', false, Json::error_handler_t::replace);
  line += '\n';
  return line;
}

}  // namespace smolfleet::results
