// What a journal tells of the runs before: which plans have their answer, and which guests may be
// left of those that have none.
#pragma once

#include "smolfleet/journal/record.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace smolfleet::journal {

/// Where a result stands in the journal's file, in bytes.
struct Place {
  std::uint64_t offset = 0;
  std::size_t size = 0;
};

/// An answer that stands.
struct Answer {
  results::Status status = results::Status::ok;
  std::uint64_t line = 0;  ///< of its plan in the feed of then
  Place place;
};

/// What the journal says of a plan that comes again.
struct Recall {
  /// The plan is not run again, and this is its answer. Nothing: it is run.
  std::optional<Answer> answer;
  /// It is run in place of an answer that was not ok.
  bool again = false;
};

/// A guest that an earlier run may have created and whose plan is to be run again.
struct Leftover {
  std::string digest;
  std::string target;
  std::string plan;        ///< the plan's id
  std::uint64_t line = 0;  ///< where the plan stood in the feed
  std::chrono::sys_time<std::chrono::milliseconds> admitted;
  /// A plan that ended ok had created a guest of that name before, and it may be there still.
  bool name_was_used = false;
  /// Which `up` began the plan; empty: it is not known, or was several.
  std::string invocation = {};
};

/// Built record by record; takes memory for each plan that was answered, about 200 bytes, and not
/// for its result.
class History {
 public:
  /// `retry_failed`: plans that failed or were rejected are run again, too. Those that were
  /// cancelled or had no answer always are.
  explicit History(bool retry_failed) : retry_failed_(retry_failed) {}

  /// `line_at`: where the record's line begins in the file.
  void add(const Record& record, std::uint64_t line_at);

  /// The run that the journal is of; nothing: it is empty.
  [[nodiscard]] const std::optional<std::string>& run() const { return run_; }

  /// What is known of the plan in that line of the feed. Each answer is given once, for a feed may
  /// hold the same plan twice; that of the line comes first. One that was in flight is run.
  [[nodiscard]] Recall recall(const std::string& digest, std::uint64_t line);

  /// Guests to be taken down before their plans are run again, and those that could not be removed;
  /// by name. Several may have the same one: at most one of them is there.
  [[nodiscard]] std::vector<Leftover> leftovers() const;

  /// Targets with the lines of their plans in the feed of then, whose guest was left and is not
  /// there any more.
  [[nodiscard]] const std::set<std::pair<std::string, std::uint64_t>>& removed() const {
    return removed_;
  }

  /// Answers that stand, and plans that were begun and have none.
  [[nodiscard]] std::size_t answered() const;
  [[nodiscard]] std::size_t unanswered() const { return open_.size(); }
  /// Whether no plan was ever begun.
  [[nodiscard]] bool empty() const { return answers_.empty() && open_.empty(); }

 private:
  using Answers = std::unordered_multimap<std::string, Answer>;  ///< by digest
  /// What a plan in a line of the feed has created, or not: target, digest, line.
  using Guest = std::tuple<std::string, std::string, std::uint64_t>;
  void admitted(const Admitted& record);
  void ended(const Ended& record, std::uint64_t line_at);
  void judge(const Ended& record);
  void removed(const Removed& record);
  template <class Accepts>
  [[nodiscard]] Answers::iterator first_answer(const std::string& digest, Accepts accepts);

  bool retry_failed_;
  std::optional<std::string> run_;
  std::string invocation_;  ///< of the part that is being read
  Answers answers_;
  std::unordered_set<std::string> open_;      ///< digests: admitted and not ended
  std::map<Guest, Leftover> suspects_;        ///< their plans are open, run again, or leaked them
  std::unordered_set<std::string> standing_;  ///< targets whose guest an ok plan created
  std::set<std::pair<std::string, std::uint64_t>> removed_;
};

}  // namespace smolfleet::journal
