// Numbers, times and lines as JSON.
#include "results/json.hpp"

#include "smolfleet/core/timestamp.hpp"

#include <cmath>

namespace smolfleet::results {

double rounded(Millis time) {
  return std::isfinite(time.count()) ? std::round(time.count() * 1000) / 1000 : 0;
}

std::string json_time(std::chrono::system_clock::time_point time) {
  return core::to_iso8601(std::chrono::floor<std::chrono::milliseconds>(time));
}

std::string to_json_line(const Json& json) {
  auto line = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  line += '\n';
  return line;
}

}  // namespace smolfleet::results
