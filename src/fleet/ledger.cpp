// Plans and results as records.
#include "smolfleet/fleet/ledger.hpp"

#include "smolfleet/plan/digest.hpp"

#include <chrono>
#include <utility>

namespace smolfleet::fleet {

using core::Awaitable;

Entry Ledger::look_up(const core::Line& line) const {
  if (journal_ == nullptr) return {};
  auto digest = plan::content_digest(line.text);
  const auto recall = journal_->history().recall(digest, line.number);
  return {.digest = std::move(digest), .again = recall.again, .answer = recall.answer};
}

Awaitable<bool> Ledger::admitted(const plan::Plan& plan, const Entry& entry) const {
  if (journal_ == nullptr) co_return true;
  const auto now = std::chrono::system_clock::now();
  const auto line =
      journal::to_line(journal::Admitted{.digest = entry.digest,
                                         .id = plan.id,
                                         .target = plan.target,
                                         .line = plan.line,
                                         .creates = plan.machine.has_value(),
                                         .again = entry.again,
                                         .at = std::chrono::floor<std::chrono::milliseconds>(now)});
  co_return co_await journal_->record(line);
}

Awaitable<bool> Ledger::ended(const Entry& entry, std::string_view result) const {
  if (journal_ == nullptr || entry.digest.empty()) co_return true;
  const auto line = journal::ended_line(entry.digest, result);
  co_return co_await journal_->record(line);
}

Awaitable<bool> Ledger::removed(const std::vector<journal::Leftover>& guests) const {
  if (journal_ == nullptr || guests.empty()) co_return true;
  std::string lines;
  for (const auto& guest : guests) {
    lines += journal::to_line(
        journal::Removed{.digest = guest.digest, .target = guest.target, .line = guest.line});
  }
  co_return co_await journal_->record(lines);
}

bool Ledger::is_uncertain() const {
  return journal_ != nullptr && journal_->is_uncertain();
}

std::expected<std::string, std::error_code> Ledger::line_of(const journal::Answer& answer,
                                                            std::uint64_t number,
                                                            bool guest_is_gone) const {
  auto line = journal_->result_at(answer.place);
  if (!line) return line;
  return journal::replayed(*line, number, guest_is_gone);
}

}  // namespace smolfleet::fleet
