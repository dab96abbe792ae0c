// What the options of all commands have to go through: checks, units, the environment.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace CLI {
class Option;
class Validator;
}  // namespace CLI

namespace smolfleet::cli {

/// Guests, or anything that is counted per guest: more is a mistake.
inline constexpr std::size_t most_guests = 100'000;

/// "--boot-slots" can also be set by SMOLFLEET_BOOT_SLOTS.
void allow_environment(CLI::Option* option);

/// Rounded up: what is above zero stays so.
[[nodiscard]] std::chrono::milliseconds to_millis(double seconds);

// Checks give what is wrong with a text, as CLI11 wants it; an empty one: nothing.
[[nodiscard]] CLI::Validator one_of(const std::vector<std::string>& choices);
[[nodiscard]] CLI::Validator count_of_guests();
/// A number of seconds from `least` to a week.
[[nodiscard]] CLI::Validator at_most_a_week(double least);
[[nodiscard]] std::string check_run_id(const std::string& id);

}  // namespace smolfleet::cli
