// The command line, read with CLI11: which command, and its options.
#include "smolfleet/cli/options.hpp"

#include "smolfleet/core/text.hpp"

#include "cli/check_options.hpp"
#include "cli/doctor_options.hpp"
#include "cli/down_options.hpp"
#include "cli/help.hpp"
#include "cli/report_options.hpp"
#include "cli/up_options.hpp"
#include "cli/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace smolfleet::cli {
namespace {

constexpr int usage_error = 2;
/// Of what was given in place of a command, in bytes, in a message.
constexpr std::size_t longest_name = 80;

/// Prints help, the version, or what is wrong.
int usage_error_of(const CLI::App& app, const CLI::ParseError& error) {
  return app.exit(error) == 0 ? 0 : usage_error;
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
  try {
    app.parse(argc, argv);
    if (down.given()) return down.options();
    if (check.given()) return check.options();
    if (doctor.given()) return doctor.options();
    if (report.given()) return report.options();
    return up.options();
  } catch (const CLI::RequiredError& error) {
    if (!app.get_subcommands().empty()) return Exit{usage_error_of(app, error)};
    const auto what = argc > 1 ? fmt::format("{} is no command of smolfleet",
                                             core::printable(argv[1], longest_name))
                               : std::string("smolfleet needs a command");
    fmt::print(stderr, "{}: try `smolfleet up`, `smolfleet check`, or `smolfleet --help`.\n", what);
    return Exit{usage_error};
  } catch (const CLI::ParseError& error) {
    return Exit{usage_error_of(app, error)};
  }
}

}  // namespace smolfleet::cli
