// The options of `check`, from CLI11 to their value.
#pragma once

#include "smolfleet/cli/options.hpp"

#include "cli/shared_options.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace smolfleet::cli {

/// Adds the command `check`; as UpCommand.
class CheckCommand {
 public:
  explicit CheckCommand(CLI::App& app);
  CheckCommand(const CheckCommand&) = delete;
  CheckCommand& operator=(const CheckCommand&) = delete;

  [[nodiscard]] bool given() const;
  /// What was read, after parsing. Throws CLI::ValidationError.
  [[nodiscard]] CheckOptions options();

 private:
  CLI::App* command_;
  CheckOptions options_;
  RawShared shared_;
};

}  // namespace smolfleet::cli
