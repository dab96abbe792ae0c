// Timestamps by the calendar of <chrono>; libstdc++ 12 has no std::format for them.
#include "smolfleet/core/timestamp.hpp"

#include <fmt/format.h>

namespace smolfleet::core {

namespace {

/// Without fraction and zone.
std::string date_and_time(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace

std::string to_iso8601(std::chrono::sys_seconds time) {
  return date_and_time(time) + "Z";
}

std::string to_iso8601(std::chrono::sys_time<std::chrono::milliseconds> time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{}.{:03}Z", date_and_time(second), (time - second).count());
}

}  // namespace smolfleet::core
