// The command line and the environment as one value per command.
#pragma once

#include "smolfleet/bringup/teardown.hpp"
#include "smolfleet/driver/smolvm.hpp"
#include "smolfleet/fleet/halt.hpp"
#include "smolfleet/metrics/target.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace smolfleet::cli {

enum class LogFormat { text, json };

struct LogOptions {
  LogFormat format = LogFormat::text;
  std::string level = "info";  ///< debug, info, warn, error or off
  bool quiet = false;          ///< only errors
};

struct UpOptions {
  std::string feed = "-";         ///< a path; "-" is stdin
  std::string smolvm = "smolvm";  ///< a path, or a name that is looked for on PATH
  std::size_t jobs = 64;
  std::optional<std::size_t> boot_slots;        ///< nothing: found by measuring ("auto")
  std::optional<double> start_rate;             ///< starts a second; nothing: no limit
  std::optional<std::uint64_t> memory_reserve;  ///< MiB; nothing: memory is not looked at
  std::size_t create_slots = 1;
  std::chrono::milliseconds settle{1000};
  std::optional<std::chrono::milliseconds> timeout;
  bringup::OnFailure on_failure = bringup::OnFailure::remove;
  fleet::HaltRule halt;
  bool events = false;
  bool strict = false;
  std::string run_id;                      ///< empty: a fresh one, or the resumed journal's
  std::string journal;                     ///< a path; empty: none
  bool resume = false;                     ///< go on with the journal
  bool retry_failed = false;               ///< when resuming: also what failed
  std::optional<metrics::Target> metrics;  ///< nothing: nobody wants them
  /// `executable` and `run_id` are filled in when the run begins.
  driver::Settings driver;
  LogOptions log;
};

struct DownOptions {
  /// A path; "-" is stdin; nothing: only `run` says which guests.
  std::optional<std::string> feed;
  std::string run;                ///< only guests of this run; empty: of any
  std::string smolvm = "smolvm";  ///< as in UpOptions
  std::size_t jobs = 64;
  std::size_t create_slots = 1;  ///< for deletes
  driver::Settings driver;       ///< as in UpOptions; without a run
  LogOptions log;
};

struct CheckOptions {
  std::string feed = "-";         ///< a path; "-" is stdin
  std::string smolvm = "smolvm";  ///< as in UpOptions; it need not be there
  bool strict = false;
  bool json = false;
  bool quiet = false;       ///< only what is bad or has a warning, and the summary
  std::string run_id;       ///< empty: not known yet
  driver::Settings driver;  ///< as in UpOptions
};

struct DoctorOptions {
  std::string smolvm = "smolvm";  ///< as in UpOptions; it need not be there
  bool json = false;
};

struct ReportOptions {
  std::vector<std::string> inputs;  ///< paths; "-" is stdin
  std::string page;                 ///< a path; "-" is stdout; empty: no page
  std::string trace;                ///< the same for the trace; at least one of them is wanted
  std::string title;
};

/// The process is to end at once with this status; what there was to say has been said.
struct Exit {
  int status = 0;
};

/// Reads argv and SMOLFLEET_*; the command line wins. Prints help, the version or what is wrong
/// with the usage, and then gives an Exit (0 or 2).
[[nodiscard]] std::variant<UpOptions, DownOptions, CheckOptions, DoctorOptions, ReportOptions, Exit>
parse_options(int argc, char** argv);

}  // namespace smolfleet::cli
