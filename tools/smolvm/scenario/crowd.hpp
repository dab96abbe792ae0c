// How many calls of one command are under way at the same time, in all processes.
#pragma once

#include "scenario/scenario.hpp"
#include "support/result.hpp"
#include "support/settings.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace smolfleet::standin {

/// This call's place among the calls of its verb, given back when it is destroyed. A place whose
/// process was killed is cleared by the next call that comes.
class Crowd {
 public:
  [[nodiscard]] static Result<Crowd> join(const Settings& settings, const std::string& verb);

  Crowd(Crowd&& other) noexcept
      : places_(std::exchange(other.places_, {})), own_(std::exchange(other.own_, 0)) {}
  Crowd& operator=(Crowd&&) = delete;
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd();

  /// Calls under way now, this one included.
  [[nodiscard]] std::size_t size() const;

 private:
  Crowd(std::span<int> places, std::size_t own) : places_(places), own_(own) {}

  std::span<int> places_;  ///< shared memory: a pid each, or 0
  std::size_t own_;
};

/// Waits as a host does whose calls slow each other down: `time` is what the call would take alone.
void wait_in_crowd(const Crowd& crowd, const Slowdown& slowdown,
                   std::chrono::duration<double, std::milli> time);

}  // namespace smolfleet::standin
