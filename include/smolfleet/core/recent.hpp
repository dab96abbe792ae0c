// A map that forgets what has not been asked for longest.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <utility>

namespace smolfleet::core {

/// Holds at most `limit` entries, which is at least one.
template <class Key, class Value>
class Recent {
 public:
  explicit Recent(std::size_t limit) : limit_(limit) {}

  /// The value, or nullptr; it stays where it is until the next `put`. Counts as a use.
  Value* find(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  /// Adds what was not found. The entry that was used longest ago makes room.
  Value& put(const Key& key, Value value) {
    if (entries_.size() == limit_) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    places_.emplace(key, entries_.begin());
    return entries_.front().second;
  }

 private:
  using Entries = std::list<std::pair<Key, Value>>;

  std::size_t limit_;
  Entries entries_;  ///< the latest used first
  std::map<Key, typename Entries::iterator> places_;
};

}  // namespace smolfleet::core
