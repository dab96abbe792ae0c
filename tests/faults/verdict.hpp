// Which invariants were looked at, and which did not hold.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::faults {

class Verdict {
 public:
  /// `detail` says what was seen, where the invariant does not hold.
  void expect(std::string_view invariant, bool holds, std::string_view detail) {
    auto& [looked, broken] = counts_[std::string(invariant)];
    ++looked;
    if (holds) return;
    ++broken;
    faults_.push_back(std::string(invariant) + ": " + std::string(detail));
  }

  struct Count {
    std::size_t looked = 0;
    std::size_t broken = 0;
  };
  [[nodiscard]] const std::map<std::string, Count>& counts() const { return counts_; }
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }

 private:
  std::map<std::string, Count> counts_;
  std::vector<std::string> faults_;
};

}  // namespace smolfleet::faults
