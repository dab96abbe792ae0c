// A story: everything that happens in one run, decided beforehand by its seed.
#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::faults {

using nlohmann::json;
using std::chrono::milliseconds;

enum class LineKind {
  guest,      ///< smolfleet creates the guest
  provision,  ///< the machine is somebody else's, if it is there at all
  taken,      ///< asks for a guest of a name that a human's machine has
  no_ca,      ///< its CA cannot be used
  broken,     ///< no plan
  blank,
};

struct FeedLine {
  std::string text;  ///< without its end
  LineKind kind = LineKind::guest;
  std::string target;
  std::string id;
  std::string label;  ///< what is wrong with it, for the table; empty: nothing
};

/// A rule of the stand-in's scenario, and what the table calls it.
struct FaultRule {
  std::string label;
  json rule;
};

enum class FeedVia { pipe, file_as_stdin, named_file };

/// How the feed comes.
struct FeedWay {
  FeedVia via = FeedVia::pipe;
  struct Chunk {
    milliseconds before{0};
    std::size_t bytes = 0;
  };
  std::vector<Chunk> chunks;       ///< of a pipe; what is left comes at once after the last
  milliseconds before_end{0};      ///< how long a pipe stays open after its last byte
  std::optional<std::size_t> cut;  ///< only so many bytes come
};

enum class Reader { prompt, slow, leaves, file, full_device, full_disk };

/// Who takes the results.
struct ReaderWay {
  Reader who = Reader::prompt;
  std::size_t bytes = 0;  ///< slow: at a time; leaves: after so many; full_disk: its size
  milliseconds pause{0};  ///< slow: between two reads
};

struct SignalAt {
  milliseconds after{0};  ///< the start, or the signal before
  int signal = 0;
};

enum class OnFailure { remove, stop, keep };

/// What becomes of the journal between two runs of a story.
enum class Damage { none, torn, flipped };

/// Runs that are killed and resumed; a story without has one run.
struct JournalWay {
  bool is_kept = false;             ///< --journal
  std::vector<milliseconds> kills;  ///< each ends a run before the last by SIGKILL, so much later
  std::optional<std::size_t> disk;  ///< bytes of its disk in the first run, which is not killed
  Damage damage = Damage::none;     ///< before the last run
  std::uint64_t where = 0;          ///< a number that chooses the place of the damage
  bool retries_failed = false;

  /// Runs before the last.
  [[nodiscard]] std::size_t interrupted() const { return kills.size() + (disk ? 1U : 0U); }
};

/// What a machine is that a human had before the run.
struct HumansMachine {
  std::string name;
  bool running = false;
};

struct Story {
  std::uint64_t seed = 0;
  std::vector<HumansMachine> humans;
  std::vector<FeedLine> lines;
  std::string line_end = "\n";
  bool last_line_ends = true;
  std::vector<FaultRule> rules;
  std::vector<std::string> options;
  OnFailure on_failure = OnFailure::remove;
  bool events = false;
  FeedWay feed;
  ReaderWay reader;
  std::vector<SignalAt> signals;
  JournalWay journal;
  std::optional<std::size_t> descriptors;   ///< RLIMIT_NOFILE
  std::optional<std::size_t> memory_bytes;  ///< RLIMIT_DATA
};

/// Files that plans name.
struct CaFiles {
  std::string egress, pipelock;               ///< good ones
  std::string with_key, leaf, garbage, fifo;  ///< to be refused
  std::string missing;
};

/// The feed as it comes.
[[nodiscard]] std::string feed_text(const Story& story);

/// A line as it comes: one that is cut off is a broken one, or none.
struct ComingLine {
  FeedLine line;
  std::size_t number = 0;
  std::size_t begin = 0;  ///< in the feed's text
  std::size_t end = 0;    ///< its end included
  bool is_ended = true;   ///< by a line end, not only by that of the feed
};
[[nodiscard]] std::vector<ComingLine> coming_lines(const Story& story);

/// The story in words, for a person who has to understand why it went wrong.
[[nodiscard]] std::string tell(const Story& story);

}  // namespace smolfleet::faults
