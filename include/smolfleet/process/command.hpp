// What to run and within which limits, as a value.
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::process {

/// "NAME=value" entries; shared, because every child of a run has the same ones.
using Environment = std::shared_ptr<const std::vector<std::string>>;

/// This process's environment with `set` added or replaced and `removed` left out.
/// `set` holds "NAME=value" entries, `removed` holds names.
[[nodiscard]] Environment inherited_environment(const std::vector<std::string>& set,
                                                const std::vector<std::string>& removed);

/// A child process: always with stdin /dev/null, its own process group, no signal blocked, and
/// every signal at its default.
struct Command {
  /// argv[0] is the path of the executable; PATH is not searched.
  std::vector<std::string> argv;
  Environment environment;
  /// Its limit of open files (RLIMIT_NOFILE); nothing: ours.
  std::optional<rlimit> descriptors;
  /// "NAME=value" entries for this child alone, before `environment`'s. Never logged.
  std::vector<std::string> extra_environment;
  /// From the call of Runner::run on; nothing: no limit. Then `gentle_signal` goes to the process
  /// group, after `grace` SIGKILL.
  std::optional<std::chrono::milliseconds> deadline;
  int gentle_signal = SIGTERM;
  std::chrono::milliseconds grace{2000};
  /// How long the pipes are still read after the exit: a daemon may hold them for ever.
  std::chrono::milliseconds drain{250};
  /// Bytes kept from the beginning and as many from the end, of each stream.
  std::size_t capture = 32 * std::size_t{1024};
};

}  // namespace smolfleet::process
