// The options of `up`, from CLI11 to their value.
#pragma once

#include "smolfleet/cli/options.hpp"

#include "cli/shared_options.hpp"

#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace smolfleet::cli {

/// Adds the command `up`; CLI11 then reads into it, so it must outlive the parsing, and stays where
/// it is.
class UpCommand {
 public:
  explicit UpCommand(CLI::App& app);
  UpCommand(const UpCommand&) = delete;
  UpCommand& operator=(const UpCommand&) = delete;

  /// What was read, after parsing. Throws CLI::ValidationError.
  [[nodiscard]] UpOptions options();

 private:
  void add_widths(CLI::App& up);
  void add_limits(CLI::App& up);
  void add_ends(CLI::App& up);
  void add_journal(CLI::App& up);
  void add_metrics(CLI::App& up);

  /// What CLI11 reads into and UpOptions does not hold as such.
  struct Raw {
    std::string boot_slots = "auto";
    std::string start_rate;
    std::string memory_reserve;
    double settle = 1.0;
    double timeout = 0;
    std::string on_failure = "delete";
    std::string halt = "never";
    std::string metrics;
  };
  UpOptions options_;
  RawShared shared_;
  Raw raw_;
};

}  // namespace smolfleet::cli
