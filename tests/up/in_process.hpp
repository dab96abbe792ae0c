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

namespace smolfleet::test {

struct RunOptions {
  std::string smolvm;  ///< path of the double
  std::size_t jobs = 1;
  std::chrono::milliseconds settle{1000};
};

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

}  // namespace smolfleet::test
