// What is known of a fleet after the fact: the values of which a page and a trace are made.
#pragma once

#include "smolfleet/results/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::report {

using results::Millis;
using Moment = std::chrono::sys_time<std::chrono::milliseconds>;

/// One phase of a guest.
struct Span {
  std::uint32_t phase = 0;  ///< index into Guests::phases
  unsigned attempts = 0;
  Millis start{};  ///< from the guest's admission
  Millis duration{};
  std::optional<int> exit_code;
};

/// Why a plan did not end ok. Texts are bounded.
struct Trouble {
  std::string code;
  std::string phase;  ///< empty: none was reached
  std::string message;
  std::string hint;
  std::string output;  ///< the end of what the command printed; kept for a code's first guests only
};

/// A plan that was answered.
struct Guest {
  std::string name;        ///< the plan's id, else its target, else "line N"
  std::string target;      ///< empty: none that could be read
  std::uint32_t run = 0;   ///< index into Guests::runs
  std::uint64_t line = 0;  ///< of its feed
  results::Status status = results::Status::ok;
  bool leaked = false;
  std::optional<Moment> started_at;  ///< nothing: it was never admitted
  Millis queued{};
  Millis duration{};
  std::optional<std::uint32_t> ca;  ///< index into Guests::cas
  std::vector<Span> spans;
  std::optional<Trouble> trouble;  ///< set exactly when the status is not ok
};

/// A plan that a journal says was begun, and whose answer is nowhere.
struct Unanswered {
  std::string name;
  std::string target;
  std::uint32_t run = 0;
  std::uint64_t line = 0;
  Moment admitted;
};

/// A CA that guests were to trust, as results tell it.
struct Ca {
  std::string label;
  std::string fingerprint;
  std::string subject;
  std::string not_after;
};

/// What a file held, in lines.
struct Input {
  std::string name;
  std::uint64_t results = 0;
  std::uint64_t events = 0;
  std::uint64_t records = 0;  ///< of a journal, those with results included
  std::uint64_t unreadable = 0;
  bool torn = false;  ///< a journal whose last line a crash has cut off
};

/// All that was read. Guests are in the order of their admission, those never admitted at the end.
struct Guests {
  std::vector<Guest> guests;
  std::vector<Unanswered> unanswered;
  std::vector<std::string> runs;
  std::vector<std::string> phases;  ///< names, in the order in which a guest goes through them
  std::vector<Ca> cas;
  std::vector<Input> inputs;
  std::uint64_t repeated = 0;    ///< answers that were read more than once
  std::uint64_t superseded = 0;  ///< answers of plans that have a later one
};

}  // namespace smolfleet::report
