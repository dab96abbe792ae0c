// An event's JSON.
#include "smolfleet/results/event.hpp"

#include "results/json.hpp"

#include <string_view>
#include <utility>

namespace smolfleet::results {
namespace {

std::string_view to_string(EventKind kind) {
  switch (kind) {
    case EventKind::admitted:
      return "admitted";
    case EventKind::phase_started:
      return "phase_started";
    case EventKind::phase_ended:
      return "phase_ended";
  }
  std::unreachable();
}

}  // namespace

std::string to_line(const Event& event) {
  OrderedJson json;
  json["event"] = to_string(event.kind);
  json["id"] = event.id;
  json["target"] = event.target;
  json["line"] = event.line;
  json["run"] = event.run;
  json["at"] = json_time(event.at);
  if (event.phase) json["phase"] = event.phase->name;
  if (event.phase && event.kind == EventKind::phase_ended) {
    json["duration_ms"] = rounded(event.phase->duration);
    json["attempts"] = event.phase->attempts;
    json["exit_code"] = or_null(event.phase->exit_code);
  }
  return to_json_line(json);
}

}  // namespace smolfleet::results
