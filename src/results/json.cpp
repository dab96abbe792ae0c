// Numbers, times, phases and failures as JSON.
#include "results/json.hpp"

#include "smolfleet/core/timestamp.hpp"

#include "results/excerpt.hpp"

#include <cmath>

namespace smolfleet::results {
namespace {

OrderedJson json_of(const Phase& phase) {
  auto json = object_of(5);
  json["name"] = phase.name;
  json["start_ms"] = rounded(phase.start);
  json["duration_ms"] = rounded(phase.duration);
  json["attempts"] = phase.attempts;
  json["exit_code"] = or_null(phase.exit_code);
  return json;
}

}  // namespace

OrderedJson object_of(std::size_t keys) {
  auto json = OrderedJson::object();
  json.get_ref<OrderedJson::object_t&>().reserve(keys);
  return json;
}

double rounded(Millis time) {
  return std::isfinite(time.count()) ? std::round(time.count() * 1000) / 1000 : 0;
}

std::string json_time(std::chrono::system_clock::time_point time) {
  return core::to_iso8601(std::chrono::floor<std::chrono::milliseconds>(time));
}

OrderedJson json_of_phases(const std::vector<Phase>& phases) {
  auto json = OrderedJson::array();
  json.get_ref<OrderedJson::array_t&>().reserve(phases.size());
  for (const auto& phase : phases)
    json.push_back(json_of(phase));
  return json;
}

OrderedJson json_of_failure(const core::Failure& failure) {
  auto json = object_of(8);
  json["code"] = core::to_string(failure.code);
  json["phase"] = failure.phase.empty() ? OrderedJson(nullptr) : OrderedJson(failure.phase);
  json["message"] = failure.message;
  json["exit_code"] = or_null(failure.exit_code);
  json["signal"] = or_null(failure.signal);
  json["stdout"] = excerpt(failure.out, max_output);
  json["stderr"] = excerpt(failure.err, max_output);
  json["hint"] = or_null(failure.hint);
  return json;
}

std::string to_json_line(const OrderedJson& json) {
  auto line = json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  line += '\n';
  return line;
}

}  // namespace smolfleet::results
