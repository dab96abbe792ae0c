// The options of `down`, from CLI11 to their value.
#pragma once

#include "smolfleet/cli/options.hpp"

#include "cli/shared_options.hpp"

#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace smolfleet::cli {

/// Adds the command `down`; as UpCommand.
class DownCommand {
 public:
  explicit DownCommand(CLI::App& app);
  DownCommand(const DownCommand&) = delete;
  DownCommand& operator=(const DownCommand&) = delete;

  [[nodiscard]] bool given() const;
  /// What was read, after parsing. Throws CLI::ValidationError.
  [[nodiscard]] DownOptions options();

 private:
  CLI::App* command_;
  CLI::Option* file_ = nullptr;
  std::string feed_;
  DownOptions options_;
  RawShared shared_;
};

}  // namespace smolfleet::cli
