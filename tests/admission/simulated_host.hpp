// A host on paper: starts that slow each other down, played without a clock, a loop or a child.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <optional>

namespace smolfleet::test {

struct SimulatedHost {
  /// How many times longer a start takes with so many under way, itself included.
  std::function<double(std::size_t)> slowdown = [](std::size_t) { return 1.0; };
  double start_seconds = 0.3;
  double spread = 0;  ///< sigma of the lognormal distribution around that
  /// A start that begins with more than so many under way hangs until it times out.
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  double timeout_seconds = 3;
  double broken = 0;  ///< the share of guests that time out at any width
};

struct Fleet {
  std::optional<std::size_t> width = {};  ///< nothing: an admission::BootWidth finds it
  std::size_t most = 64;                  ///< that it may find
  std::size_t starts = 1000;
  std::size_t learning = 60;  ///< starts whose time does not count in `settled`
  unsigned seed = 1;
};

struct Outcome {
  double settled = 0;  ///< successes per second, after the learning
  std::size_t timed_out = 0;
  std::size_t final_width = 0;
  std::map<std::size_t, std::size_t> ends_at;  ///< starts that ended at each width
};

/// Plans never run out: whenever there is a slot, a start begins.
[[nodiscard]] Outcome play(const SimulatedHost& host, const Fleet& fleet);

/// The same for each of the widths 1 to `fleet.most` that the controller considers: the most that
/// any of them does.
[[nodiscard]] double best_fixed(const SimulatedHost& host, Fleet fleet);

}  // namespace smolfleet::test
