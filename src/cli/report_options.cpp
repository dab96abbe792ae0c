// The options of `report`.
#include "cli/report_options.hpp"

#include "smolfleet/report/output.hpp"

#include "cli/option_checks.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string>

namespace smolfleet::cli {
namespace {

/// Whether both would be written to one place, whatever it is called.
bool is_same_place(const std::string& one, const std::string& other) {
  const auto place = [](const std::string& path) {
    return report::destination(path == "-" ? "/dev/stdout" : path);
  };
  return place(one) == place(other);
}

}  // namespace

ReportCommand::ReportCommand(CLI::App& app)
    : command_(app.add_subcommand("report", "Turn results into a page and a trace")) {
  auto& report = *command_;
  report
      .add_option("RESULTS", options_.inputs,
                  "Results of `up`, with events or without, or its journals; - is stdin")
      ->required()
      ->type_name(" ");
  allow_environment(report
                        .add_option("-o,--output", options_.page,
                                    "The page, one HTML file that needs nothing else; - is "
                                    "stdout [report.html unless --trace is given]")
                        ->type_name("FILE"));
  allow_environment(report
                        .add_option("--trace", options_.trace,
                                    "A trace that ui.perfetto.dev and chrome://tracing open; "
                                    "without --output there is no page then")
                        ->type_name("FILE"));
  allow_environment(
      report.add_option("--title", options_.title, "The page's title [smolfleet report]")
          ->type_name("TEXT"));
  report.footer(
      "Files may be of several runs; what is read twice counts once. A line that cannot\n"
      "be read is named and passed over.\n"
      "\n"
      "Options can also be set by SMOLFLEET_<NAME>, for example SMOLFLEET_OUTPUT.\n"
      "Exit status: 0 written, 1 written but some lines could not be read, 2 usage,\n"
      "3 a file could not be read or written.");
}

bool ReportCommand::given() const {
  return command_->parsed();
}

ReportOptions ReportCommand::options() {
  if (options_.page.empty() && options_.trace.empty()) options_.page = "report.html";
  if (options_.title.empty()) options_.title = "smolfleet report";
  if (std::ranges::count(options_.inputs, "-") > 1)
    throw CLI::ValidationError("stdin can be read only once: give - once");
  if (!options_.page.empty() && !options_.trace.empty() &&
      is_same_place(options_.page, options_.trace))
    throw CLI::ValidationError("the page and the trace need files of their own");
  return options_;
}

}  // namespace smolfleet::cli
