// Reading what smolvm says of itself.
#include "smolfleet/driver/capabilities.hpp"

#include "smolfleet/driver/machines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace smolfleet::driver {
namespace {

bool is_flag_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

}  // namespace

std::string to_string(const Version& version) {
  return fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
}

std::optional<Version> parse_version(std::string_view output) {
  constexpr std::string_view name = "smolvm ";
  if (!output.starts_with(name)) return std::nullopt;
  const char* at = output.data() + name.size();
  const char* const end = output.data() + output.size();
  std::array<unsigned, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0 && (at == end || *at++ != '.')) return std::nullopt;
    const auto read = std::from_chars(at, end, numbers[i]);
    if (read.ec != std::errc()) return std::nullopt;
    at = read.ptr;
  }
  return Version{numbers[0], numbers[1], numbers[2]};
}

bool lists_flag(std::string_view help, std::string_view flag) {
  for (auto at = help.find(flag); at != std::string_view::npos; at = help.find(flag, at + 1)) {
    const auto end = at + flag.size();
    const bool begins = at == 0 || !is_flag_character(help[at - 1]);
    if (begins && (end == help.size() || !is_flag_character(help[end]))) return true;
  }
  return false;
}

bool shows_started_machine(std::string_view json) {
  const auto machines = parse_machines(json);
  return machines && std::ranges::any_of(*machines, [](const auto& entry) {
           return !entry.second.state.empty() && entry.second.state != "created";
         });
}

}  // namespace smolfleet::driver
