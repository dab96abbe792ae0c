// Words and sums.
#include "smolfleet/doctor/finding.hpp"

#include <algorithm>
#include <utility>

namespace smolfleet::doctor {

std::string_view to_string(Level level) {
  switch (level) {
    case Level::ok:
      return "ok";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::problem:
      return "problem";
  }
  std::unreachable();
}

std::size_t count(const Findings& findings, Level level) {
  return static_cast<std::size_t>(std::ranges::count(findings, level, &Finding::level));
}

}  // namespace smolfleet::doctor
