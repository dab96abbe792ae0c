// The options of `check`: those of `up` that change a verdict or a command.
#include "cli/check_options.hpp"

#include "cli/help.hpp"
#include "cli/option_checks.hpp"

#include <CLI/CLI.hpp>

namespace smolfleet::cli {

CheckCommand::CheckCommand(CLI::App& app)
    : command_(
          app.add_subcommand("check", "Say what `up` would do with each plan, and start nothing")) {
  auto& check = *command_;
  check.add_option("FILE", options_.feed, "The plans, one JSON object per line; - is stdin")
      ->type_name(" ")
      ->capture_default_str();
  allow_environment(check.add_flag("--strict", options_.strict, "Refuse unknown keys everywhere"));
  allow_environment(
      check.add_flag("--json", options_.json, "One JSON object per plan, and a summary"));
  allow_environment(check.add_flag("-q,--quiet", options_.quiet,
                                   "Only plans that are bad or have a warning, and the summary"));
  add_smolvm(check, options_.smolvm);
  add_ca(check, options_.driver);
  add_deadlines(check, shared_, "As for `up`: some commands contain them");
  allow_environment(check.add_option("--run", options_.run_id, "The run's id, for labels")
                        ->check(check_run_id)
                        ->type_name("ID"));
  check.footer(
      "For each plan: whether `up` would accept it and, if not, where it is wrong and\n"
      "what to do; its CA; and the commands that would run. smolvm is not asked, and\n"
      "values of env are not shown.\n"
      "\n"
      "Every option can also be set by SMOLFLEET_<NAME>, for example SMOLFLEET_STRICT.\n"
      "Exit status: 0 every plan is good, 1 some plan is not, 2 usage or configuration,\n"
      "3 the feed cannot be read or the report not be written.");
  show_rarely(check, {{"Settings of `up`", {"--ca-path", "--ca-bundle", "--deadline", "--run"}}});
}

bool CheckCommand::given() const {
  return command_->parsed();
}

CheckOptions CheckCommand::options() {
  LogOptions log;
  finish_shared(shared_, options_.driver.deadlines, log);
  return options_;
}

}  // namespace smolfleet::cli
