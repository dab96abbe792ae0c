// CLI11's errors, said again: with the command, with what is near, with what the value came from.
#include "cli/usage_error.hpp"

#include "smolfleet/core/nearest.hpp"
#include "smolfleet/core/text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace smolfleet::cli {
namespace {

/// Of what was typed, in bytes, in a message.
constexpr std::size_t longest_word = 80;
constexpr std::size_t longest_message = 400;

/// "smolfleet up", as far as a command was given.
std::string name_of(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  if (commands.empty()) return app.get_name();
  return fmt::format("{} {}", app.get_name(), commands.front()->get_name());
}

const CLI::App& command_of(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? app : *commands.front();
}

/// `; did you mean NAME?`, or nothing.
std::string suggestion(std::string_view typed, const std::vector<std::string>& names) {
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto near = core::nearest(typed, known);
  return near ? fmt::format("; did you mean {}?", *near) : std::string();
}

std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames())
      names.push_back("--" + name);
  }
  return names;
}

std::string no_option(const CLI::App& command, std::string_view word) {
  const auto name = word.substr(0, word.find('='));
  return fmt::format("{} is no option{}", core::printable(name, longest_word),
                     suggestion(name, options_of(command)));
}

std::string no_command(const CLI::App& app, Arguments arguments) {
  if (arguments.empty())
    return fmt::format("a command is missing, such as `{} up`", app.get_name());
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  const std::string_view typed = arguments.front();
  if (typed.starts_with('-')) return no_option(app, typed);
  const auto near = suggestion(typed, names);
  return fmt::format("{} is no command{}", core::printable(typed, longest_word),
                     near.empty() ? fmt::format(": there are {}", fmt::join(names, ", ")) : near);
}

std::string not_expected(const CLI::App& app, const std::string& word) {
  const auto shown = core::printable(word, longest_word);
  if (!word.starts_with('-')) return fmt::format("there is no place for \"{}\"", shown);
  const auto& command = command_of(app);
  const bool is_its_own = command.get_option_no_throw(word.substr(0, word.find('='))) != nullptr;
  if (is_its_own) return fmt::format("{} belongs behind {}", shown, command.get_name());
  return no_option(command, word);
}

/// The option that an error begins with, and what is said of it.
struct About {
  const CLI::Option* option = nullptr;
  std::string text;
};

/// CLI11 writes "--jobs: …", "--resume requires …" or "Could not convert: --jobs = …".
About about(const CLI::App& app, std::string text) {
  constexpr std::string_view not_converted = "Could not convert: ";
  if (text.starts_with(not_converted)) {
    text.erase(0, not_converted.size());
    const auto equals = text.find(" = ");
    if (equals != std::string::npos)
      text =
          fmt::format("{}: {} is no value for it", text.substr(0, equals), text.substr(equals + 3));
  }
  const auto end = text.find_first_of(": ");
  if (!text.starts_with("--") || end == std::string::npos) return {nullptr, std::move(text)};
  const auto* const option = command_of(app).get_option_no_throw(text.substr(0, end));
  if (option == nullptr) return {nullptr, std::move(text)};
  return {option, text.substr(end)};
}

bool is_typed(const CLI::Option& option, Arguments arguments) {
  return std::ranges::any_of(arguments, [&](std::string_view word) {
    const auto names = [&](const std::string& name) {
      return word == "--" + name || word.starts_with("--" + name + "=");
    };
    const auto abbreviates = [&](const std::string& name) {
      return word.starts_with('-') && !word.starts_with("--") && word.contains(name);
    };
    return std::ranges::any_of(option.get_lnames(), names) ||
           std::ranges::any_of(option.get_snames(), abbreviates);
  });
}

std::string wrong_value(const CLI::App& app, const CLI::ParseError& error, Arguments arguments) {
  const auto [option, text] = about(app, error.what());
  if (option == nullptr) return text;
  const auto& variable = option->get_envname();
  const bool from_variable = !variable.empty() && std::getenv(variable.c_str()) != nullptr &&
                             !is_typed(*option, arguments);
  const auto name = from_variable ? variable : "--" + option->get_lnames().front();
  const bool lacks_value = dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr;
  return lacks_value ? fmt::format("{} needs a value: {}", name, option->get_type_name())
                     : name + text;
}

std::string words_for(const CLI::App& app, const CLI::ParseError& error, Arguments arguments) {
  const auto unexpected = app.remaining(true);
  const bool has_command = !app.get_subcommands().empty();
  if (!has_command) return no_command(app, arguments);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && !unexpected.empty())
    return not_expected(app, unexpected.front());
  return wrong_value(app, error, arguments);
}

}  // namespace

std::string usage_error(const CLI::App& app, const CLI::ParseError& error, Arguments arguments) {
  const auto name = name_of(app);
  return fmt::format("{}: {}\nSee `{} --help`.\n", name,
                     core::printable(words_for(app, error, arguments), longest_message), name);
}

}  // namespace smolfleet::cli
