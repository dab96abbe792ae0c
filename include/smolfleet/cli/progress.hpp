// The live status block of `up` on a terminal.
#pragma once

#include "smolfleet/cli/log.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/layout.hpp"
#include "smolfleet/fleet/feed.hpp"
#include "smolfleet/watch/pace.hpp"
#include "smolfleet/watch/tally.hpp"

#include <cstddef>

namespace smolfleet::cli {

/// Draws the block ten times a second at most, and only what has changed. There is none when stderr
/// is no terminal, when the log is not for people or quiet, and when the results go to a terminal,
/// which they fill. What it is given outlives it.
class Progress {
 public:
  Progress(const core::Executor& executor, Log& log, const watch::Tally& tally,
           const fleet::Feed& feed);

  void start();
  /// Takes the block away. Safe to repeat.
  void stop();

 private:
  void await_tick();
  void draw(std::size_t width);

  Log& log_;
  const watch::Tally& tally_;
  const fleet::Feed& feed_;
  asio::steady_timer timer_;
  watch::Pace::TimePoint begun_;
  watch::Pace pace_;
  core::Palette palette_;
  bool over_ = false;
};

}  // namespace smolfleet::cli
