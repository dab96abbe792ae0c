// The options of `doctor`, from CLI11 to their value.
#pragma once

#include "smolfleet/cli/options.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace smolfleet::cli {

/// Adds the command `doctor`; as UpCommand.
class DoctorCommand {
 public:
  explicit DoctorCommand(CLI::App& app);
  DoctorCommand(const DoctorCommand&) = delete;
  DoctorCommand& operator=(const DoctorCommand&) = delete;

  [[nodiscard]] bool given() const;
  /// What was read, after parsing.
  [[nodiscard]] DoctorOptions options();

 private:
  CLI::App* command_;
  DoctorOptions options_;
};

}  // namespace smolfleet::cli
