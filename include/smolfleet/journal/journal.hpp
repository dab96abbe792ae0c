// The journal of a run: what has happened is on the disk before anybody is told (spec §11).
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/bell.hpp"
#include "smolfleet/core/unique_fd.hpp"
#include "smolfleet/journal/file.hpp"
#include "smolfleet/journal/history.hpp"

#include <cstdint>
#include <expected>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace smolfleet::journal {

/// Appends records to a journal that is open. A sync takes milliseconds and must not hold up the
/// loop, so a thread of its own writes and syncs, and decides nothing. Records that come while it
/// is at work share the next sync: a thousand at once cost as much as one. The owner awaits every
/// record that it has asked for before it destroys the journal.
class Journal {
 public:
  /// `on_broken` is called at most once, from the loop, when the disk takes no more records.
  Journal(const core::Executor& executor, Opened opened, std::function<void()> on_broken);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  /// Waits for a sync that is under way.
  ~Journal();

  /// What earlier runs have left.
  History& history() { return history_; }

  /// *Completes when* the line (with its '\n') is on the disk: true, or when it could not be put
  /// there: false. A cancellation changes nothing. Of a line that could not be put there
  /// `is_uncertain` tells whether a later run may find it all the same.
  [[nodiscard]] core::Awaitable<bool> record(std::string_view line);

  /// A result of an earlier run, without its '\n'. Reads the file, which is in memory as a rule.
  [[nodiscard]] std::expected<std::string, std::error_code> result_at(Place place) const;

  /// Whether lines of which `record` said false may be in the file.
  [[nodiscard]] bool is_uncertain() const { return is_uncertain_; }

  /// What is wrong with the file, as a sentence; nothing while it works.
  [[nodiscard]] const std::optional<std::string>& fault() const { return fault_; }

 private:
  struct Waiter {
    core::Bell bell;
    std::uint64_t number;
  };
  void begin_sync();
  void on_synced(Appended appended);

  core::Executor executor_;
  core::UniqueFd fd_;
  History history_;
  std::function<void()> on_broken_;
  std::string pending_;         ///< lines that the next sync takes
  std::uint64_t recorded_ = 0;  ///< records that have been asked for
  std::uint64_t syncing_ = 0;   ///< the last one of those that are being synced
  std::uint64_t durable_ = 0;   ///< the last one that is on the disk
  std::list<Waiter*> waiters_;
  std::optional<std::string> fault_;
  bool is_uncertain_ = false;
  asio::thread_pool writer_{1};  ///< last: ends before what it works on
};

}  // namespace smolfleet::journal
