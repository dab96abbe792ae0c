// A journal's file: opened, locked, read and made ready for what is to be added.
#pragma once

#include "smolfleet/core/unique_fd.hpp"
#include "smolfleet/journal/history.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace smolfleet::journal {

/// Longest line of a journal: a result of the largest size, with every byte escaped.
inline constexpr std::size_t longest_record = 4 * std::size_t{1024 * 1024};

/// Where a journal's bytes come from: fills the buffer and returns how many came, 0 at the end.
using Source = std::function<std::expected<std::size_t, std::error_code>(std::span<char>)>;

/// What a descriptor gives, which stays open meanwhile; blocks.
[[nodiscard]] Source reader_of(int fd);

/// Reads a whole journal into `history`. A last line that is torn (without its end, or no record)
/// is what a crash leaves and is left out. Returns how many bytes are good. Failure: a sentence
/// with the number of the line that is not. Memory: one line and the history.
[[nodiscard]] std::expected<std::uint64_t, std::string> read_journal(const Source& source,
                                                                     History& history);

/// What is wanted of a journal.
struct OpenOptions {
  std::string path;
  bool resume = false;        ///< go on with what is there; otherwise the file must be new or empty
  bool retry_failed = false;  ///< see History
  std::string run;            ///< the run's id; of a run that is resumed the journal's own counts
  bool run_is_given = false;  ///< the person asked for that id
  std::string invocation = {};  ///< of this `up`; see driver::invocation_label
};

/// An open journal, which nobody else may write while `fd` is open.
struct Opened {
  core::UniqueFd fd;
  std::string run;
  History history;
};

/// Opens the file, creates it with mode 0600 if need be, locks it, reads it, cuts a torn last line
/// off, and writes and syncs the line that a run begins: a disk that is full or read-only is found
/// here. Blocks; for the start of the program. Failure: a sentence that says what to do.
[[nodiscard]] std::expected<Opened, std::string> open_journal(const OpenOptions& options);

/// How an append has ended.
struct Appended {
  std::error_code error;  ///< none: the lines are on the disk
  /// With an error: whether none of the lines is in the file. Otherwise nobody knows.
  bool taken_back = true;
};

/// Appends whole lines and waits until they are on the disk. What could not be written whole is
/// taken back. Blocks.
[[nodiscard]] Appended append_and_sync(int fd, std::string_view lines);

}  // namespace smolfleet::journal
