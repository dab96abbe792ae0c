// Laying out help for a terminal of 80 columns.
#include "cli/help.hpp"

#include "smolfleet/core/layout.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <vector>

namespace smolfleet::cli {
namespace {

using Options = std::vector<const CLI::Option*>;

/// Where descriptions begin: leaves room for the longest default.
constexpr std::size_t description_column = 28;

/// The names, and beside them the description; under them where they are too long for that.
std::string entry(const std::string& names, const std::string& description) {
  const auto indent = std::string(description_column, ' ');
  auto text = "  " + names;
  if (text.size() + 1 < description_column) {
    text.resize(description_column, ' ');
  } else {
    text += "\n" + indent;
  }
  return text + core::paragraph(description, description_column, description_column) + "\n";
}

class HelpFormatter final : public CLI::Formatter {
 public:
  [[nodiscard]] std::string make_help(const CLI::App* app, std::string name,
                                      CLI::AppFormatMode mode) const override {
    if (mode == CLI::AppFormatMode::Sub) return Formatter::make_help(app, std::move(name), mode);
    // What a command's options are is told by its own help.
    return make_description(app) + make_usage(app, std::move(name)) + make_positionals(app) +
           options(app, mode) + make_subcommands(app, CLI::AppFormatMode::Normal) + "\n" +
           make_footer(app);
  }

  [[nodiscard]] std::string make_option(const CLI::Option* option,
                                        bool is_positional) const override {
    return entry(make_option_name(option, is_positional) + make_option_opts(option),
                 make_option_desc(option));
  }

  /// The variables follow one rule, which the footer gives.
  [[nodiscard]] std::string make_option_opts(const CLI::Option* option) const override {
    const bool takes_value = option->get_type_size() != 0 && !option->get_positional();
    return takes_value ? " " + option->get_type_name() : std::string();
  }

  [[nodiscard]] std::string make_option_desc(const CLI::Option* option) const override {
    const auto value = option->get_default_str();
    const auto description = option->get_description();
    return value.empty() ? description : fmt::format("{} [{}]", description, value);
  }

  [[nodiscard]] std::string make_subcommand(const CLI::App* command) const override {
    return entry(command->get_name(), command->get_description());
  }

 private:
  [[nodiscard]] std::string options(const CLI::App* app, CLI::AppFormatMode mode) const {
    std::string text;
    const auto groups = app->get_groups();
    for (const auto& group : groups) {
      const bool rare = group != app->get_help_ptr()->get_group();
      if (group.empty() || (rare && mode == CLI::AppFormatMode::Normal)) continue;
      const auto shown = app->get_options([&](const CLI::Option* option) {
        const bool needless = option == app->get_help_all_ptr() && groups.size() == 1;
        return option->get_group() == group && option->nonpositional() && !needless;
      });
      if (!shown.empty()) text += make_group(group, false, shown);
    }
    return text;
  }
};

}  // namespace

void set_up_help(CLI::App& app) {
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "This help");
  app.set_help_all_flag("--help-all", "All options, by subject");
}

void show_rarely(CLI::App& command, const Groups& groups) {
  for (const auto& [group, names] : groups) {
    for (const char* const name : names)
      command.get_option(name)->group(group);
  }
}

}  // namespace smolfleet::cli
