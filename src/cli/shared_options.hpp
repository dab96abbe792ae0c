// The options that several commands have, each defined once.
#pragma once

#include "smolfleet/cli/options.hpp"
#include "smolfleet/driver/smolvm.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace smolfleet::cli {

/// What CLI11 reads into and the options do not hold as such.
struct RawShared {
  std::vector<std::string> deadlines;
  std::string log_format = "text";
};

// Each adds options to a command; the values must live as long as it.
void add_smolvm(CLI::App& command, std::string& smolvm);
void add_jobs(CLI::App& command, std::size_t& jobs, const std::string& description);
void add_create_slots(CLI::App& command, std::size_t& slots, const std::string& description);
/// Where the CA and the bundle lie in a guest.
void add_ca(CLI::App& command, driver::Settings& settings);
void add_deadlines(CLI::App& command, RawShared& raw, const std::string& description);
void add_logging(CLI::App& command, LogOptions& log, RawShared& raw);

/// Puts what was read where it belongs. Throws CLI::ValidationError.
void finish_shared(const RawShared& raw, driver::Deadlines& deadlines, LogOptions& log);

}  // namespace smolfleet::cli
