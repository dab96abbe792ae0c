// The options of `doctor`.
#include "cli/doctor_options.hpp"

#include "cli/option_checks.hpp"
#include "cli/shared_options.hpp"

#include <CLI/CLI.hpp>

namespace smolfleet::cli {

DoctorCommand::DoctorCommand(CLI::App& app)
    : command_(app.add_subcommand("doctor", "Say whether this host can bring guests up")) {
  auto& doctor = *command_;
  add_smolvm(doctor, options_.smolvm);
  allow_environment(
      doctor.add_flag("--json", options_.json, "One JSON object per finding, and a summary"));
  doctor.footer(
      "Looks at smolvm, KVM, limits, memory, disks and the clock, and changes nothing.\n"
      "Each finding is ok, info, a warning or a problem; -> stands before what mends\n"
      "it.\n"
      "\n"
      "Every option can also be set by SMOLFLEET_<NAME>, for example SMOLFLEET_SMOLVM.\n"
      "Exit status: 0 no problem, 1 at least one, 2 usage, 3 the report cannot be\n"
      "written.");
}

bool DoctorCommand::given() const {
  return command_->parsed();
}

DoctorOptions DoctorCommand::options() {
  return options_;
}

}  // namespace smolfleet::cli
