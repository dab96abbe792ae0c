// A whole run inside the test's process, so that its loop can be watched and stopped.
#pragma once

#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/core/clock.hpp"
#include "smolfleet/fleet/feed.hpp"
#include "smolfleet/fleet/fleet.hpp"
#include "smolfleet/results/writer.hpp"

#include "fixture.hpp"

#include <spdlog/logger.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace smolfleet::test {

struct RunOptions {
  std::string smolvm;  ///< path of the double
  std::size_t jobs = 1;
  std::chrono::milliseconds settle{1000};
};

/// The run's id, and what its guests have as their invocation.
inline constexpr const char* in_process_run = "r";
inline constexpr const char* in_process_invocation = "i1";

/// Reads the scene's file `feed`, drives a double of smolvm, writes to the descriptor `results`.
class InProcess {
 public:
  InProcess(const core::Executor& executor, const Scene& scene, int results, RunOptions options);
  InProcess(const InProcess&) = delete;
  InProcess& operator=(const InProcess&) = delete;

  fleet::Fleet& fleet() { return fleet_; }

 private:
  spdlog::logger log_;
  driver::Smolvm smolvm_;
  process::Runner runner_;
  core::SteadyClock clock_;
  bringup::Host host_;
  ca::Staging staging_;
  bringup::Dice dice_;
  fleet::Feed feed_;
  results::Writer writer_;
  results::Watcher nobody_;
  bringup::Services services_;
  fleet::Fleet fleet_;
};

/// Such a run of these plans, to its end; the results.
[[nodiscard]] std::vector<json> run_in_process(const Scene& scene, const std::vector<json>& plans,
                                               const RunOptions& options);

}  // namespace smolfleet::test
