// The options of `down`.
#include "cli/down_options.hpp"

#include "cli/help.hpp"
#include "cli/option_checks.hpp"

#include <CLI/CLI.hpp>

namespace smolfleet::cli {

DownCommand::DownCommand(CLI::App& app)
    : command_(
          app.add_subcommand("down", "Take guests down: stop and delete what smolfleet made")) {
  auto& down = *command_;
  file_ = down.add_option("FILE", feed_,
                          "Plans, or results of `up`, one JSON object per line; "
                          "- is stdin, and the default unless --run is given")
              ->type_name(" ");
  add_smolvm(down, options_.smolvm);
  allow_environment(down.add_option("--run", options_.run,
                                    "Only guests of this run; without FILE all of them, "
                                    "and stdin is not read")
                        ->check(check_run_id)
                        ->type_name("ID"));
  add_jobs(down, options_.jobs, "Guests at a time");
  add_create_slots(down, options_.create_slots,
                   "Parallel deletes; with more than one they lock each other out");
  add_deadlines(down, shared_, "Limit of a phase, may be repeated [stop=60,delete=120]");
  add_logging(down, options_.log, shared_);
  down.footer(
      "A guest is taken down only if smolfleet created it for the plan that the line is\n"
      "about. One line on stdout for each: removed, gone (it was not there), skipped\n"
      "(it is not smolfleet's), failed, rejected (no such line) or cancelled.\n"
      "\n"
      "Every option can also be set by SMOLFLEET_<NAME>, for example SMOLFLEET_JOBS.\n"
      "Exit status: 0 all removed, gone or skipped, 1 some not, 2 usage or\n"
      "configuration, 3 the input or the output broke, 128+N ended by signal N.");
  show_rarely(down, {{"Width and limits", {"--create-slots", "--deadline"}},
                     {"Log", {"--log-format", "--log-level"}}});
}

bool DownCommand::given() const {
  return command_->parsed();
}

DownOptions DownCommand::options() {
  finish_shared(shared_, options_.driver.deadlines, options_.log);
  if (file_->count() > 0) {
    options_.feed = feed_;
  } else if (options_.run.empty()) {
    options_.feed = "-";
  }
  return options_;
}

}  // namespace smolfleet::cli
