// What a run's evidence amounts to: results by line, and which lines must have one.
#pragma once

#include "evidence.hpp"
#include "story.hpp"
#include "verdict.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::faults {

struct Account {
  std::vector<ComingLine> lines;
  std::vector<json> results;  ///< in the order in which they were written
  std::vector<json> events;
  /// Whether every result that smolfleet wrote must have arrived.
  bool delivered = true;
  /// Whether it says that it was ended before the end of the feed, for whatever reason.
  bool ended_early = false;
  std::set<std::size_t> must_be_answered;  ///< numbers of lines that were read
  std::set<std::size_t> may_be_answered;   ///< besides: of which a part was read

  /// Numbers of lines whose result is missing.
  [[nodiscard]] std::set<std::size_t> unanswered() const;
};

/// Reads the results, which must be whole JSON lines as the schemas say.
[[nodiscard]] Account draw_up(const Story& story, const Evidence& evidence, Verdict& verdict);

/// Whether the log contains the text.
[[nodiscard]] bool says(const Performance& run, std::string_view text);
/// Whether the log contains the name, and not as a part of a longer one.
[[nodiscard]] bool names(const Performance& run, std::string_view name);

}  // namespace smolfleet::faults
