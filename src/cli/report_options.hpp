// The options of `report`, from CLI11 to their value.
#pragma once

#include "smolfleet/cli/options.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace smolfleet::cli {

/// Adds the command `report`; as UpCommand.
class ReportCommand {
 public:
  explicit ReportCommand(CLI::App& app);
  ReportCommand(const ReportCommand&) = delete;
  ReportCommand& operator=(const ReportCommand&) = delete;

  [[nodiscard]] bool given() const;
  /// What was read, after parsing. Throws CLI::ValidationError.
  [[nodiscard]] ReportOptions options();

 private:
  CLI::App* command_;
  ReportOptions options_;
};

}  // namespace smolfleet::cli
