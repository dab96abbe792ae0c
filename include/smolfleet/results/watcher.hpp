// Whoever follows what happens to plans: events, progress, metrics, the log.
#pragma once

#include "smolfleet/results/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::results {

/// Whom something is about: the plan's place in the feed, its id, and the machine's name.
struct Subject {
  std::uint64_t line = 0;
  std::string id;
  std::string target;
};

/// Is told of everything, in the order in which it happens, on the loop. It must not wait: a
/// clean-up goes on whoever watches. What a call refers to may end with it. Each does nothing here,
/// so a watcher overrides what it is interested in.
class Watcher {
 public:
  Watcher() = default;
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  virtual ~Watcher() = default;

  virtual void admitted(const Subject& /*plan*/) {}
  /// Of the clean-up, too; a phase that has begun also ends, unless a bug ends its bring-up.
  virtual void phase_begun(const Subject& /*plan*/, std::string_view /*phase*/) {}
  /// Without attempts: it never had a child.
  virtual void phase_ended(const Subject& /*plan*/, const Phase& /*phase*/) {}
  /// The phase is about to be tried again, so long after the attempt before it.
  virtual void retried(const Subject& /*plan*/, std::string_view /*phase*/,
                       std::chrono::duration<double> /*pause*/) {}
  /// A plan of this run, or a line that is none, has its result; it need not have been admitted.
  virtual void answered(const Result& /*result*/) {}
  /// The answer of an earlier run stands.
  virtual void recalled(Status /*status*/) {}
};

/// Several watchers as one; they outlive it.
class Audience final : public Watcher {
 public:
  void add(Watcher& watcher) { watchers_.push_back(&watcher); }

  void admitted(const Subject& plan) override;
  void phase_begun(const Subject& plan, std::string_view phase) override;
  void phase_ended(const Subject& plan, const Phase& phase) override;
  void retried(const Subject& plan, std::string_view phase,
               std::chrono::duration<double> pause) override;
  void answered(const Result& result) override;
  void recalled(Status status) override;

 private:
  std::vector<Watcher*> watchers_;
};

}  // namespace smolfleet::results
