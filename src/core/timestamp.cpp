// Timestamps by the calendar of <chrono>; libstdc++ 12 has no std::format for them.
#include "smolfleet/core/timestamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

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

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Whether the text has digits where the pattern has zeros, and otherwise the pattern's characters.
bool has_form(std::string_view text, std::string_view pattern) {
  return std::ranges::equal(
      text, pattern, [](char c, char wanted) { return wanted == '0' ? is_digit(c) : c == wanted; });
}

/// The number that the digits say.
int number_at(std::string_view text, std::size_t position, std::size_t digits) {
  int number = 0;
  std::from_chars(text.data() + position, text.data() + position + digits, number);
  return number;
}

}  // namespace

std::string to_iso8601(std::chrono::sys_seconds time) {
  return date_and_time(time) + "Z";
}

std::string to_iso8601(std::chrono::sys_time<std::chrono::milliseconds> time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{}.{:03}Z", date_and_time(second), (time - second).count());
}

std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_iso8601(
    std::string_view text) {
  using namespace std::chrono;
  if (!has_form(text, "0000-00-00T00:00:00.000Z")) return std::nullopt;
  const year_month_day date(year(number_at(text, 0, 4)),
                            month(static_cast<unsigned>(number_at(text, 5, 2))),
                            day(static_cast<unsigned>(number_at(text, 8, 2))));
  const hours hour(number_at(text, 11, 2));
  const minutes minute(number_at(text, 14, 2));
  const seconds second(number_at(text, 17, 2));
  if (!date.ok() || hour >= 24h || minute >= 60min || second >= 60s) return std::nullopt;
  return sys_days(date) + hour + minute + second + milliseconds(number_at(text, 20, 3));
}

}  // namespace smolfleet::core
