// A command to be run inside a guest, and how it ended.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::standin {

enum class Delivery {
  /// Output is kept until the command has ended.
  buffered,
  /// Output is passed on as it comes.
  live,
  /// Nobody waits: the answer is the command's pid.
  detached,
};

struct GuestCommand {
  std::vector<std::string> argv = {};
  /// "KEY=VALUE"; a later one wins.
  std::vector<std::string> env = {};
  std::string workdir = "/";
  /// NAME, UID or UID:GID; none: root.
  std::optional<std::string> user = {};
  std::optional<std::chrono::milliseconds> timeout = {};
  Delivery delivery = Delivery::buffered;
  /// Gives the command our stdin instead of /dev/null.
  bool forward_stdin = false;
  /// How long to wait, after the command's end, for others that keep its output open; none: for
  /// ever.
  std::optional<std::chrono::milliseconds> grace = {};
};

/// What the agent in the guest tells its client.
struct Report {
  enum class Kind : int {
    /// The client can't enter the guest; value: errno.
    no_entry,
    /// The command can't be executed; value: errno.
    no_command,
    /// A detached command runs; value: its pid in the guest.
    started,
    /// Value: the exit code, 128 + N for signal N.
    exited,
    /// The time limit struck; the command is dead.
    timed_out,
    /// The VM went away.
    lost,
  };
  Kind kind = Kind::lost;
  int value = 0;
};

struct GuestOutcome {
  Report report;
  std::string out;
  std::string err;
  /// More output than smolvm carries (contract §3.1).
  bool overflowed = false;
};

}  // namespace smolfleet::standin
