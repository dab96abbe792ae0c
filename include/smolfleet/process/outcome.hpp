// How a child process ended, as a sum: it exited, was killed by a signal, never started, or was
// ended by us.
#pragma once

#include <chrono>
#include <string>
#include <variant>

namespace smolfleet::process {

struct Exited {
  int code = 0;
};

/// Killed by a signal that we did not send.
struct Signalled {
  int signal = 0;
};

/// There was no child, or it was ended at once because it could not be watched. Both texts are for
/// a person.
struct NotSpawned {
  std::string reason;
  std::string hint;
  bool had_child = false;
};

/// We ended it: its own deadline had passed.
struct TimedOut {
  std::chrono::milliseconds deadline{};
};

/// We ended it: the task that ran it was cancelled.
struct Cancelled {};

using End = std::variant<Exited, Signalled, NotSpawned, TimedOut, Cancelled>;

struct [[nodiscard]] Outcome {
  End end;
  /// Whether a child was started at all; a cancellation or a deadline may come before it.
  bool had_child = false;
  /// The captured streams: any bytes; longer ones have a line in the middle that counts what was
  /// left out.
  std::string out;
  std::string err;
};

}  // namespace smolfleet::process
