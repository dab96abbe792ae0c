// What can be seen of a run from outside, once it is over.
#pragma once

#include <nlohmann/json.hpp>
#include <sys/types.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::faults {

using nlohmann::json;

/// A process with the run's SMOLVM_DATA_DIR in its environment.
struct Process {
  pid_t pid = 0;
  std::vector<std::string> argv;
  std::string machine;  ///< whose VM it is
  [[nodiscard]] bool is_vm() const { return argv.size() > 1 && argv[1] == "_boot-vm"; }
};

/// Machines by name, as `smolvm machine ls --json` shows them.
using Machines = std::map<std::string, json>;

/// How smolfleet ended and what it wrote.
struct Performance {
  int exit = -1;        ///< -1: a signal ended it
  int signal = 0;       ///< 0: it exited
  bool hung = false;    ///< the driver's patience was over
  bool killed = false;  ///< as the story wants it
  std::string out;
  std::string err;
  bool reader_left = false;
  bool feed_ended = false;              ///< it could see the end of the feed
  std::optional<std::size_t> consumed;  ///< bytes of the feed that it took; nothing: unknown
  std::vector<int> signals;             ///< as they were sent
};

/// What a run said of a journal that was damaged in its middle.
struct Refusal {
  Performance run;
  std::size_t line = 0;        ///< the damaged one
  bool left_all_alone = true;  ///< it called smolvm for nothing
};

struct Evidence {
  Performance run;  ///< the last, which others may have been killed before
  std::vector<Performance> earlier;
  std::optional<Refusal> refusal;
  bool is_torn = false;           ///< the journal's last line was
  std::vector<json> calls;        ///< the stand-in's log, of all runs
  std::vector<std::size_t> acts;  ///< where in `calls` each run begins
  Machines before;
  Machines after;
  std::vector<Process> processes;
  std::vector<std::string> temporary;  ///< left in TMPDIR
};

}  // namespace smolfleet::faults
