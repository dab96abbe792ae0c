// Going through the records.
#include "smolfleet/journal/history.hpp"

#include <utility>
#include <variant>

namespace smolfleet::journal {

using results::Status;

void History::add(const Record& record, std::uint64_t line_at) {
  if (const auto* begun = std::get_if<Begun>(&record)) {
    run_ = begun->run;
    invocation_ = begun->invocation;
  } else if (const auto* plan = std::get_if<Admitted>(&record)) {
    admitted(*plan);
  } else if (const auto* guest = std::get_if<Removed>(&record)) {
    removed(*guest);
  } else {
    ended(std::get<Ended>(record), line_at);
  }
}

/// The earliest answer in the file that will do, or the end.
template <class Accepts>
History::Answers::iterator History::first_answer(const std::string& digest, Accepts accepts) {
  auto first = answers_.end();
  const auto [begin, end] = answers_.equal_range(digest);
  for (auto at = begin; at != end; ++at) {
    const bool earlier =
        first == answers_.end() || at->second.place.offset < first->second.place.offset;
    if (earlier && accepts(at->second)) first = at;
  }
  return first;
}

void History::admitted(const Admitted& record) {
  open_.insert(record.digest);
  if (record.again) {
    const auto not_ok = [](const Answer& one) { return one.status != Status::ok; };
    auto replaced = first_answer(
        record.digest, [&](const Answer& one) { return not_ok(one) && one.line == record.line; });
    if (replaced == answers_.end()) replaced = first_answer(record.digest, not_ok);
    if (replaced != answers_.end()) answers_.erase(replaced);
  }
  if (!record.creates) return;
  removed_.erase({record.target, record.line});
  auto& suspect = suspects_[{record.target, record.digest, record.line}];
  const bool is_only_one = suspect.target.empty() || suspect.invocation == invocation_;
  suspect = Leftover{.digest = record.digest,
                     .target = record.target,
                     .plan = record.id,
                     .line = record.line,
                     .admitted = record.at,
                     .name_was_used = standing_.contains(record.target),
                     .invocation = is_only_one ? invocation_ : std::string()};
}

void History::ended(const Ended& record, std::uint64_t line_at) {
  if (record.status != Status::cancelled) {
    answers_.emplace(record.digest, Answer{.status = record.status,
                                           .line = record.line,
                                           .place = {.offset = line_at + record.result_at,
                                                     .size = record.result.size()}});
  }
  if (!record.was_admitted) return;
  open_.erase(record.digest);
  judge(record);
}

/// What the end of a plan means for the guest that it may have created.
void History::judge(const Ended& record) {
  const auto found = suspects_.find({record.target.value_or(""), record.digest, record.line});
  if (found == suspects_.end()) return;
  if (record.status == Status::ok) standing_.insert(found->second.target);
  const bool runs_again = record.status == Status::cancelled || retry_failed_;
  const bool may_be_left = record.status != Status::ok && (runs_again || record.leaked);
  if (!may_be_left) suspects_.erase(found);
}

void History::removed(const Removed& record) {
  suspects_.erase({record.target, record.digest, record.line});
  removed_.emplace(record.target, record.line);
}

Recall History::recall(const std::string& digest, std::uint64_t line) {
  auto its = first_answer(digest, [line](const Answer& one) { return one.line == line; });
  // The answers may all be for the same plan in other lines: a duplicate is refused while this one
  // is in flight.
  if (its == answers_.end() && open_.erase(digest) > 0) return {};
  if (its == answers_.end()) its = first_answer(digest, [](const Answer&) { return true; });
  if (its == answers_.end()) return {};
  const auto answer = its->second;
  answers_.erase(its);
  if (answer.status == Status::ok || !retry_failed_) return {.answer = answer, .again = false};
  return {.answer = std::nullopt, .again = true};
}

std::vector<Leftover> History::leftovers() const {
  std::vector<Leftover> left;
  left.reserve(suspects_.size());
  for (const auto& [guest, leftover] : suspects_)
    left.push_back(leftover);
  return left;
}

std::size_t History::answered() const {
  return answers_.size();
}

}  // namespace smolfleet::journal
