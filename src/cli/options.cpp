// The command line, read with CLI11: which command, and its options.
#include "smolfleet/cli/options.hpp"

#include "smolfleet/cli/streams.hpp"

#include "cli/check_options.hpp"
#include "cli/doctor_options.hpp"
#include "cli/down_options.hpp"
#include "cli/help.hpp"
#include "cli/report_options.hpp"
#include "cli/up_options.hpp"
#include "cli/usage_error.hpp"
#include "cli/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <span>
#include <string_view>

namespace smolfleet::cli {
namespace {

/// A variable belongs to the command that is given. CLI11 would read those of the others, too, and
/// refuse what they must not be.
void forget_other_variables(CLI::App& app, Arguments arguments) {
  const auto given =
      std::ranges::find_if(arguments, [](std::string_view word) { return !word.starts_with('-'); });
  for (auto* command : app.get_subcommands([](CLI::App*) { return true; })) {
    if (given != arguments.end() && command->get_name() == *given) continue;
    for (auto* option : command->get_options())
      option->envname({});
  }
}

}  // namespace

std::variant<UpOptions, DownOptions, CheckOptions, DoctorOptions, ReportOptions, Exit>
parse_options(int argc, char** argv) {
  CLI::App app("Brings up a fleet of smolvm guests that trust their proxy's CA.", "smolfleet");
  set_up_help(app);
  app.set_version_flag("--version", fmt::format("smolfleet {}", version), "The version");
  app.require_subcommand(1);
  UpCommand up(app);
  DownCommand down(app);
  CheckCommand check(app);
  DoctorCommand doctor(app);
  ReportCommand report(app);
  const Arguments arguments = std::span(argv, argv + argc).subspan(1);
  try {
    forget_other_variables(app, arguments);
    app.parse(argc, argv);
    if (down.given()) return down.options();
    if (check.given()) return check.options();
    if (doctor.given()) return doctor.options();
    if (report.given()) return report.options();
    return up.options();
  } catch (const CLI::Success& help) {
    return Exit{app.exit(help)};
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "{}", usage_error(app, error, arguments));
    return Exit{not_started};
  }
}

}  // namespace smolfleet::cli
