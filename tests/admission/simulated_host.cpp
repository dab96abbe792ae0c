// Processor sharing, from one end of a start to the next.
#include "simulated_host.hpp"

#include "smolfleet/admission/boot_width.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <vector>

namespace smolfleet::test {
namespace {

using admission::BootWidth;
using admission::StartEnd;

BootWidth::TimePoint at(double seconds) {
  const auto time = std::chrono::duration<double>(seconds);
  return BootWidth::TimePoint(std::chrono::duration_cast<BootWidth::TimePoint::duration>(time));
}

class Play {
 public:
  Play(const SimulatedHost& host, const Fleet& fleet)
      : host_(host), fleet_(fleet), controller_(fleet.most), chance_(fleet.seed) {}

  Outcome run() {
    std::size_t ended = 0;
    double learned_at = 0;
    std::size_t learned = 0;
    while (ended < fleet_.starts) {
      while (under_way_.size() < width())
        begin();
      end_next();
      if (++ended != fleet_.learning) continue;
      learned_at = now_;
      learned = succeeded_;
    }
    outcome_.settled = static_cast<double>(succeeded_ - learned) / (now_ - learned_at);
    outcome_.final_width = width();
    return outcome_;
  }

 private:
  struct Start {
    double left;  ///< seconds of its own, or until it times out
    bool hangs;
    BootWidth::Start token;
  };

  [[nodiscard]] std::size_t width() const { return fleet_.width.value_or(controller_.width()); }

  void begin() {
    const bool hangs = under_way_.size() >= host_.limit || draw() < host_.broken;
    const double own = host_.start_seconds * std::exp(host_.spread * normal());
    under_way_.push_back({.left = hangs ? host_.timeout_seconds : own,
                          .hangs = hangs,
                          .token = controller_.begin(at(now_))});
  }

  void end_next() {
    const double slowdown = host_.slowdown(under_way_.size());
    const auto wait = [=](const Start& start) {
      return start.hangs ? start.left : start.left * slowdown;
    };
    const auto next = std::ranges::min_element(under_way_, {}, wait);
    const double passed = wait(*next);
    now_ += passed;
    for (auto& start : under_way_)
      start.left -= start.hangs ? passed : passed / slowdown;
    ++outcome_.ends_at[width()];
    controller_.end(next->token, next->hangs ? StartEnd::overloaded : StartEnd::succeeded,
                    at(now_));
    (next->hangs ? outcome_.timed_out : succeeded_) += 1;
    under_way_.erase(next);
  }

  double draw() { return static_cast<double>(chance_()) / static_cast<double>(chance_.max()); }

  /// Near enough to normal: the sum of twelve uniform numbers, the same with every library.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i)
      sum += draw();
    return sum;
  }

  const SimulatedHost& host_;
  const Fleet& fleet_;
  BootWidth controller_;
  std::mt19937 chance_;
  std::vector<Start> under_way_;
  double now_ = 0;
  std::size_t succeeded_ = 0;
  Outcome outcome_;
};

}  // namespace

Outcome play(const SimulatedHost& host, const Fleet& fleet) {
  return Play(host, fleet).run();
}

double best_fixed(const SimulatedHost& host, Fleet fleet) {
  double best = 0;
  for (std::size_t width = 1; width <= fleet.most; width += std::max<std::size_t>(1, width / 8)) {
    fleet.width = width;
    best = std::max(best, play(host, fleet).settled);
  }
  return best;
}

}  // namespace smolfleet::test
