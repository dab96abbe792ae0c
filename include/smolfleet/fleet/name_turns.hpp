// Turns by name: one task at a time works on the guest of a name, the others queue behind it.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/gate.hpp"

#include <cstddef>
#include <expected>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace smolfleet::fleet {

/// Remembers a name only while somebody has its turn or waits for it. Must outlive its turns and
/// its waiters.
class NameTurns {
 private:
  struct Entry {
    explicit Entry(const core::Executor& executor) : gate(executor, 1) {}
    core::Gate gate;
    std::size_t users = 0;
  };
  using Entries = std::map<std::string, Entry>;

  /// Keeps the entry of a name; the last one takes it along.
  class Share {
   public:
    Share(Entries& entries, Entries::iterator entry) : entries_(&entries), entry_(entry) {
      ++entry_->second.users;
    }
    Share(Share&& other) noexcept
        : entries_(std::exchange(other.entries_, nullptr)), entry_(other.entry_) {}
    Share& operator=(Share&&) = delete;
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() {
      if (entries_ != nullptr && --entry_->second.users == 0) entries_->erase(entry_);
    }

   private:
    Entries* entries_;
    Entries::iterator entry_;
  };

 public:
  /// A name's turn; leaving scope gives it to the next in the queue.
  class Turn {
   public:
    Turn(Share share, core::Gate::Place place)
        : share_(std::move(share)), place_(std::move(place)) {}

   private:
    Share share_;  // outlives the place, whose gate it keeps
    core::Gate::Place place_;
  };

  explicit NameTurns(core::Executor executor) : executor_(std::move(executor)) {}
  NameTurns(const NameTurns&) = delete;
  NameTurns& operator=(const NameTurns&) = delete;

  /// *Completes when* nobody who came before has the name or waits for it. *On cancellation*: the
  /// reason.
  [[nodiscard]] core::Awaitable<std::expected<Turn, core::Interruption>> enter(std::string name);

  /// The names that somebody has or waits for, in alphabetical order.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  core::Executor executor_;
  Entries entries_;
};

}  // namespace smolfleet::fleet
