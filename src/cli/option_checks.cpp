// The rules for the command line's values.
#include "cli/option_checks.hpp"

#include "smolfleet/core/text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace smolfleet::cli {
namespace {

/// A week: longer waits are mistakes in the unit.
constexpr double most_seconds = 604'800;
/// Of a value in a message, in bytes.
constexpr std::size_t longest_quoted = 80;

}  // namespace

/// "--boot-slots" can also be set by SMOLFLEET_BOOT_SLOTS.
void allow_environment(CLI::Option* option) {
  std::string name = "SMOLFLEET_";
  for (const char c : option->get_lnames().front()) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  option->envname(name);
  // Of two the last wins, so that a script's options can be overridden behind them.
  if (option->get_items_expected_max() == 1) option->take_last();
}

std::chrono::milliseconds to_millis(double seconds) {
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

CLI::Validator one_of(const std::vector<std::string>& choices) {
  auto check = [choices](const std::string& text) -> std::string {
    if (std::ranges::find(choices, text) != choices.end()) return {};
    return fmt::format("{} is none of {}", text, fmt::join(choices, ", "));
  };
  return {check, ""};
}

CLI::Validator count_of_guests() {
  auto check = [](const std::string& text) -> std::string {
    std::size_t count = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, count);
    if (read.ec == std::errc() && read.ptr == end && count >= 1 && count <= most_guests) return {};
    return fmt::format("{} is no whole number from 1 to {}", text, most_guests);
  };
  return {check, ""};
}

CLI::Validator at_most_a_week(double least) {
  auto check = [least](const std::string& text) -> std::string {
    double seconds = 0;
    if (!CLI::detail::lexical_cast(text, seconds) || !std::isfinite(seconds) || seconds < least ||
        seconds > most_seconds) {
      return fmt::format("{} is no number of seconds from {:g} to {:g}", text, least, most_seconds);
    }
    return {};
  };
  return {check, ""};
}

std::string check_run_id(const std::string& id) {
  const bool plain = std::ranges::all_of(
      id, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; });
  const bool good = plain && !id.empty() && id.size() <= 64 &&
                    std::isalnum(static_cast<unsigned char>(id.front())) != 0;
  return good ? std::string()
              : fmt::format(
                    "'{}' is no run id: a letter or digit, then at most 63 letters, digits, '-', "
                    "'_' or '.'",
                    core::printable(id, longest_quoted));
}

}  // namespace smolfleet::cli
