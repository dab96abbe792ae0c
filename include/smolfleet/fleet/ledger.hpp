// What the fleet writes down of its plans, and what it finds written: in a journal, or nowhere.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/line_splitter.hpp"
#include "smolfleet/journal/journal.hpp"
#include "smolfleet/plan/plan.hpp"
#include "smolfleet/results/result.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace smolfleet::fleet {

/// A plan as the ledger knows it; empty for a line that is no plan.
struct Entry {
  std::string digest;
  bool again = false;  ///< in place of an earlier answer that was not ok
  /// How the plan ended before, if that answer stands.
  std::optional<journal::Answer> answer;
};

/// Without a journal nothing is written and nothing is known, and nobody waits.
class Ledger {
 public:
  /// The journal outlives the ledger; nullptr: there is none.
  explicit Ledger(journal::Journal* journal) : journal_(journal) {}

  /// What is known of a plan that comes as the line. To be asked once for each line of the feed.
  [[nodiscard]] Entry look_up(const core::Line& line) const;

  /// *Complete when* it is written down: that the plan is about to be brought up, and its result,
  /// as results::to_line gives it. False: the journal is broken. They take no notice of a
  /// cancellation.
  [[nodiscard]] core::Awaitable<bool> admitted(const plan::Plan& plan, const Entry& entry) const;
  [[nodiscard]] core::Awaitable<bool> ended(const Entry& entry, std::string_view result) const;

  /// *Completes when* it is written down that what these may have left is not there any more; as
  /// above.
  [[nodiscard]] core::Awaitable<bool> removed(const std::vector<journal::Leftover>& guests) const;

  /// Whether a later run may find what `ended` said false of.
  [[nodiscard]] bool is_uncertain() const;

  /// The recorded line of an answer that `look_up` has found, with its '\n', for a plan that stands
  /// in `number` of the feed; of a guest that is gone by now it says no more that it is left
  /// (journal::replayed).
  [[nodiscard]] std::expected<std::string, std::error_code> line_of(const journal::Answer& answer,
                                                                    std::uint64_t number,
                                                                    bool guest_is_gone) const;

 private:
  journal::Journal* journal_;
};

}  // namespace smolfleet::fleet
