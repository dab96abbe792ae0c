// Going through the records.
#include "smolfleet/journal/history.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace smolfleet::journal {

using results::Status;

void History::add(const Record& record, std::uint64_t line_at) {
  if (const auto* begun = std::get_if<Begun>(&record)) {
    run_ = begun->run;
  } else if (const auto* plan = std::get_if<Admitted>(&record)) {
    admitted(*plan);
  } else {
    ended(std::get<Ended>(record), line_at);
  }
}

void History::admitted(const Admitted& record) {
  open_.insert(record.digest);
  if (record.again) {
    auto& answers = answers_[record.digest];
    const auto not_ok = [](const Answer& one) { return one.status != Status::ok; };
    auto replaced = std::ranges::find_if(
        answers, [&](const Answer& one) { return not_ok(one) && one.line == record.line; });
    if (replaced == answers.end()) replaced = std::ranges::find_if(answers, not_ok);
    if (replaced != answers.end()) answers.erase(replaced);
  }
  if (!record.creates) return;
  suspects_[record.target] = Suspect{.guest = {.target = record.target,
                                               .plan = record.id,
                                               .line = record.line,
                                               .admitted = record.at},
                                     .digest = record.digest,
                                     .is_left = true};
}

void History::ended(const Ended& record, std::uint64_t line_at) {
  if (record.status != Status::cancelled) {
    answers_[record.digest].push_back(
        {.status = record.status,
         .line = record.line,
         .place = {.offset = line_at + record.result_at, .size = record.result.size()}});
  }
  if (!record.was_admitted) return;
  open_.erase(record.digest);
  judge(record);
}

/// What the end of a plan means for the guest that it may have created.
void History::judge(const Ended& record) {
  const auto found = suspects_.find(record.target.value_or(""));
  if (found == suspects_.end() || found->second.digest != record.digest) return;
  if (record.status == Status::ok) {
    standing_.insert(found->first);
    suspects_.erase(found);
    return;
  }
  const bool runs_again = record.status == Status::cancelled || retry_failed_;
  found->second.is_left = runs_again || record.leaked;
}

Recall History::recall(const std::string& digest, std::uint64_t line) {
  const auto found = answers_.find(digest);
  if (found == answers_.end() || found->second.empty()) return {};
  auto& answers = found->second;
  auto its = std::ranges::find(answers, line, &Answer::line);
  // The answers may all be for the same plan in other lines: a duplicate is refused while this one
  // is in flight.
  if (its == answers.end() && open_.erase(digest) > 0) return {};
  if (its == answers.end()) its = answers.begin();
  const auto answer = *its;
  answers.erase(its);
  if (answer.status == Status::ok || !retry_failed_) return {.answer = answer, .again = false};
  return {.answer = std::nullopt, .again = true};
}

std::vector<Leftover> History::leftovers() const {
  std::vector<Leftover> left;
  for (const auto& [target, suspect] : suspects_) {
    if (suspect.is_left && !standing_.contains(target)) left.push_back(suspect.guest);
  }
  return left;
}

std::size_t History::answered() const {
  std::size_t count = 0;
  for (const auto& [digest, answers] : answers_)
    count += answers.size();
  return count;
}

}  // namespace smolfleet::journal
