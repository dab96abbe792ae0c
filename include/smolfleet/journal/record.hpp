// The lines of a journal: what is written down of a run, so that another can go on with it (spec
// §11).
#pragma once

#include "smolfleet/results/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace smolfleet::journal {

/// The format that is written here, and the only one that is read. Raised when a released smolfleet
/// could not go on with what a newer one has written.
inline constexpr int format_version = 1;

/// A run has begun or was resumed: the first line of every journal.
struct Begun {
  std::string run;
  std::string invocation = {};  ///< of the `up` that wrote it; empty: not told
};

/// A plan is about to be brought up.
struct Admitted {
  std::string digest;  ///< plan::content_digest
  std::string id;
  std::string target;
  std::uint64_t line = 0;
  bool creates = false;  ///< the plan has a `machine`: its guest is ours
  bool again = false;    ///< takes the place of an earlier answer that was not ok (--retry-failed)
  /// When, to the millisecond.
  std::chrono::sys_time<std::chrono::milliseconds> at;
};

/// A plan has its answer.
struct Ended {
  std::string digest;
  std::optional<std::string> target;  ///< the result's, and so is the line's number
  std::uint64_t line = 0;
  results::Status status = results::Status::ok;
  bool leaked = false;
  bool was_admitted = true;  ///< false: a duplicate, refused while its target was in flight
  /// The result as its line of JSON without the '\n'.
  std::string_view result;
  std::size_t result_at = 0;  ///< where `result` begins in the record's line
};

/// What a plan's interrupted bring-up may have created is not there any more: whoever has its name
/// later is not ours.
struct Removed {
  std::string digest;
  std::string target;
  std::uint64_t line = 0;
};

using Record = std::variant<Begun, Admitted, Ended, Removed>;

/// Each is one line with its '\n', closed by a sum of what stands before it.
[[nodiscard]] std::string to_line(const Begun& record);
[[nodiscard]] std::string to_line(const Admitted& record);
[[nodiscard]] std::string to_line(const Removed& record);
/// `result`: as results::to_line gives it.
[[nodiscard]] std::string ended_line(std::string_view digest, std::string_view result);

/// Reads a line, without its '\n'. `line` must outlive the record. Failure: what is wrong with it,
/// to follow "line N ". Never throws for any input.
[[nodiscard]] std::expected<Record, std::string> parse_record(std::string_view line);

/// A recorded result for a reader of today, with its '\n': its plan stands in `number` of the feed,
/// and its guest may be gone by now. To the letter where nothing has changed.
[[nodiscard]] std::string replayed(std::string_view result, std::uint64_t number,
                                   bool guest_is_gone);

}  // namespace smolfleet::journal
