// Options and the environment that meson sets.
#include "settings.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace smolfleet::faults {
namespace {

constexpr auto usage =
    "usage: faults [--seed N | --seeds A..B | --minutes N] [--parallel N] [--keep]\n"
    "  --seed N     one story, told in words\n"
    "  --seeds A..B these stories (1..40)\n"
    "  --minutes N  stories from the first seed on until the time is over\n"
    "  --parallel N stories at a time (3)\n"
    "  --keep       leaves the directories of failing seeds\n"
    "SMOLFLEET_EXE and SMOLVM_EXE name the programs.";

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

bool set_seeds(std::string_view text, Settings& settings) {
  const auto dots = text.find("..");
  const auto first = number(text.substr(0, dots));
  const auto last = dots == text.npos ? first : number(text.substr(dots + 2));
  if (!first || !last || *last < *first) return false;
  settings.first = *first;
  settings.last = *last;
  return true;
}

bool set(std::string_view option, std::string_view value, Settings& settings) {
  const auto count = number(value);
  if (option == "--seeds") return set_seeds(value, settings);
  if (!count) return false;
  if (option == "--seed") settings.tells_story = true;
  if (option == "--seed") return set_seeds(value, settings);
  if (option == "--minutes") settings.time = std::chrono::minutes(*count);
  if (option == "--parallel") settings.parallel = static_cast<unsigned>(*count);
  return (option == "--minutes" || option == "--parallel") && *count > 0;
}

}  // namespace

std::expected<Settings, std::string> read_settings(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option(argv[i]);
    if (option == "--keep") {
      settings.keep = true;
    } else if (i + 1 == argc || !set(option, argv[i + 1], settings)) {
      return std::unexpected(usage);
    } else {
      ++i;
    }
  }
  for (auto [name, program] : {std::pair("SMOLFLEET_EXE", &settings.programs.smolfleet),
                               std::pair("SMOLVM_EXE", &settings.programs.smolvm)}) {
    const char* const path = std::getenv(name);
    if (path == nullptr) return std::unexpected(fmt::format("{} is not set\n{}", name, usage));
    *program = path;
  }
  return settings;
}

}  // namespace smolfleet::faults
