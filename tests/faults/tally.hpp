// What was really injected, counted over all seeds, and how the invariants fared.
#pragma once

#include "evidence.hpp"
#include "story.hpp"
#include "verdict.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace smolfleet::faults {

class Tally {
 public:
  void add(const Story& story, const Evidence& evidence, const Verdict& verdict);
  /// The table for the end.
  [[nodiscard]] std::string table() const;
  [[nodiscard]] std::size_t seeds() const { return seeds_; }
  [[nodiscard]] std::size_t broken_seeds() const { return broken_seeds_; }

 private:
  std::size_t seeds_ = 0;
  std::size_t broken_seeds_ = 0;
  std::map<std::string, std::size_t> injected_;
  std::map<std::string, std::size_t> ends_;
  std::map<std::string, std::size_t> results_;
  std::map<std::string, Verdict::Count> invariants_;
};

}  // namespace smolfleet::faults
