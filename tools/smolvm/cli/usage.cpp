// Help and usage errors in clap's layout.
#include "cli/usage.hpp"

#include "support/text.hpp"

#include <algorithm>

namespace smolfleet::standin {
namespace {

constexpr int usage_exit = 2;

/// Two columns, the second aligned.
std::string table(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [left, right] : rows)
    width = std::max(width, left.size());
  std::string text;
  for (const auto& [left, right] : rows) {
    text += cat("  ", left, std::string(width - left.size() + 2, ' '), right, "\n");
  }
  return text;
}

std::string bracketed(const Positional& positional) {
  return positional.required ? cat("<", positional.name, ">") : cat("[", positional.name, "]");
}

}  // namespace

std::string spelled(const Flag& flag) {
  return flag.value.empty() ? cat("--", flag.name) : cat("--", flag.name, " <", flag.value, ">");
}

std::string usage_line(const Verb& verb) {
  auto line = cat("smolvm machine ", verb.name, " [OPTIONS]");
  for (const auto& flag : verb.flags) {
    if (flag.required) line += cat(" ", spelled(flag));
  }
  for (const auto& positional : verb.positionals)
    line += cat(" ", bracketed(positional));
  if (verb.trailing.empty()) return line;
  const auto trailing = cat("-- <", verb.trailing, ">...");
  return cat(line, verb.trailing_required ? cat(" ", trailing) : cat(" [", trailing, "]"));
}

Text help_of(const Verb& verb) {
  std::vector<std::pair<std::string, std::string>> options;
  for (const auto& flag : verb.flags) {
    const auto short_form =
        flag.short_name == 0 ? "    " : cat("-", std::string(1, flag.short_name), ", ");
    options.emplace_back(cat(short_form, spelled(flag), flag.repeatable ? "..." : ""), flag.help);
  }
  options.emplace_back("-h, --help", "Print help");
  return {.out =
              cat(verb.about, "\n\nUsage: ", usage_line(verb), "\n\nOptions:\n", table(options))};
}

Text help_of(const std::vector<Verb>& verbs) {
  std::vector<std::pair<std::string, std::string>> rows;
  rows.reserve(verbs.size());
  for (const auto& verb : verbs)
    rows.emplace_back(verb.name, verb.about);
  return {.out = cat("Manage machines\n\nUsage: smolvm machine <COMMAND>\n\nCommands:\n",
                     table(rows), "\nOptions:\n  -h, --help  Print help\n")};
}

Text help_of_program() {
  return {.out =
              "The stand-in for smolvm: the machine commands, without virtual machines\n\n"
              "Usage: smolvm <COMMAND>\n\nCommands:\n  machine  Manage machines [aliases: vm]\n\n"
              "Options:\n  -h, --help     Print help\n  -V, --version  Print version\n"};
}

Text usage_error(std::string_view message, std::string_view usage) {
  return {.exit_code = usage_exit,
          .err = cat("error: ", message, "\n\nUsage: ", usage,
                     "\n\nFor more information, try '--help'.\n")};
}

}  // namespace smolfleet::standin
