// Cohorts, and the climb from one to the next.
#include "smolfleet/admission/boot_width.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace smolfleet::admission {
namespace {

constexpr std::size_t first_width = 8;
/// Fewer starts than this say little: one slow one would decide.
constexpr std::size_t smallest_cohort = 16;
/// A doubling that gains less is the last. On a host that approaches its limit the gains of further
/// ones add up to no more than that.
constexpr double worthwhile_doubling = 1.1;
/// Goodputs that differ by less than 5 % count as the same, and the narrower width wins.
constexpr double same = 0.95;
/// How far a cohort may be from filling its width, or from fitting into it.
constexpr double fitting = 0.15;
/// What is not over after so many times the mean is given up as a straggler.
constexpr double straggling = 4;
/// How many times what a wider try has cost is to pass before the next; doubled each time.
constexpr std::uint64_t thrift = 8;
constexpr std::uint64_t most_vain = 6;
/// A goodput so many times larger or smaller than what is known is no chance any more.
constexpr double another_host = 2;
/// What is known of a width is forgotten after so many cohorts.
constexpr std::uint64_t longest_memory = 64;

}  // namespace

/// Every width up to 8 is considered, then four in each octave.
BootWidth::BootWidth(std::size_t most) {
  assert(most > 0);
  std::size_t step = 1;
  for (std::size_t width = 1; width < most; width += step) {
    levels_.push_back({.width = width});
    if (width >= 8 * step) step *= 2;
  }
  levels_.push_back({.width = most});
  while (current_ + 1 < levels_.size() && width() < first_width)
    ++current_;
}

BootWidth::Start BootWidth::begin(TimePoint now) {
  advance(now);
  if (cohort_.number == 0) open_cohort(current_, now);
  conclude_if_over(now);
  ++in_flight_;
  Start start;
  start.begun = now;
  start.crowd = crowd_;
  if (cohort_.begun == cohort_.wanted) return start;
  start.cohort = cohort_.number;
  ++cohort_.begun;
  cohort_.begun_at += now - cohort_.opened;
  return start;
}

void BootWidth::end(const Start& start, StartEnd how, TimePoint now) {
  advance(now);
  --in_flight_;
  if (start.cohort == cohort_.number) leave_cohort(start, how, now);
  conclude_if_over(now);
}

void BootWidth::advance(TimePoint now) {
  if (in_flight_ > 0) crowd_ += static_cast<double>(in_flight_) * Seconds(now - advanced_).count();
  advanced_ = now;
}

void BootWidth::open_cohort(Index level, TimePoint now) {
  current_ = level;
  cohort_ = {
      .number = cohort_.number + 1, .opened = now, .wanted = std::max(width(), smallest_cohort)};
}

void BootWidth::leave_cohort(const Start& start, StartEnd how, TimePoint now) {
  cohort_.begun_at -= start.begun - cohort_.opened;
  if (how == StartEnd::other) {
    --cohort_.begun;  // another one takes its place
    return;
  }
  ++cohort_.ended;
  if (how == StartEnd::succeeded) ++cohort_.succeeded;
  if (how == StartEnd::overloaded) ++cohort_.overloaded;
  cohort_.spent += now - start.begun;
  cohort_.crowd += crowd_ - start.crowd;
}

/// So many time out that the others make no difference any more.
bool BootWidth::is_hopeless() const {
  return 2 * cohort_.overloaded > cohort_.wanted;
}

bool BootWidth::is_over(TimePoint now) const {
  if (cohort_.begun == 0 || cohort_.ended == 0) return false;
  if (is_hopeless()) return true;
  if (cohort_.begun < cohort_.wanted) return false;
  if (cohort_.ended == cohort_.wanted) return true;
  const auto left = static_cast<double>(cohort_.begun - cohort_.ended);
  const auto age = Seconds(now - cohort_.opened) - cohort_.begun_at / left;
  const auto mean = cohort_.spent / static_cast<double>(cohort_.ended);
  return 2 * cohort_.ended >= cohort_.wanted && age > straggling * mean;
}

/// Successes per second under the cohort's width; nothing if the cohort was not as wide as that.
std::optional<double> BootWidth::measured(TimePoint now) const {
  if (cohort_.spent <= Seconds::zero()) return std::nullopt;
  const double crowd = cohort_.crowd / cohort_.spent.count();
  const auto wanted = static_cast<double>(width());
  // Who pauses between two attempts takes up a place, and is not seen in the crowd.
  const bool fits = is_hopeless() || std::abs(crowd - wanted) <= fitting * wanted;
  if (!fits) return std::nullopt;
  const auto left = static_cast<double>(cohort_.begun - cohort_.ended);
  const auto spent = cohort_.spent + left * Seconds(now - cohort_.opened) - cohort_.begun_at;
  return crowd * static_cast<double>(cohort_.succeeded) / spent.count();
}

void BootWidth::conclude_if_over(TimePoint now) {
  if (!is_over(now)) return;
  const auto rate = measured(now);
  if (rate) learn(*rate);
  open_cohort(rate ? next(now) : current_, now);
}

/// Half of what is known stays: a single cohort may have been lucky.
void BootWidth::learn(double goodput) {
  auto& level = levels_[current_];
  const auto known = level.goodput.value_or(goodput);
  const bool by_chance = goodput > known / another_host && goodput < known * another_host;
  level.goodput = by_chance ? (known + goodput) / 2 : goodput;
  level.measured = cohort_.number;
  for (auto& each : levels_) {
    if (each.measured + longest_memory < cohort_.number) each.goodput.reset();
  }
}

BootWidth::Index BootWidth::next(TimePoint now) {
  switch (search_) {
    case Search::doubling:
      return next_doubling(now);
    case Search::halving:
      return next_halving(now);
    case Search::settled:
      return settle(now);
  }
  std::unreachable();
}

BootWidth::Index BootWidth::next_doubling(TimePoint now) {
  const auto up = nearest(2 * width());
  const auto goodput = levels_[current_].goodput.value_or(0);
  const bool gained = !is_hopeless() && goodput >= worthwhile_doubling * best_goodput(current_);
  if (up != current_ && gained) return up;
  base_ = best();
  const bool narrower_known = best_goodput(base_) > 0;
  if (narrower_known || base_ == 0) return settle(now);
  if (base_ != current_) postpone(levels_[current_], now);
  search_ = Search::halving;
  return nearest(levels_[base_].width / 2);
}

BootWidth::Index BootWidth::next_halving(TimePoint now) {
  const auto down = nearest(std::max<std::size_t>(width() / 2, 1));
  return best() == current_ && down != current_ ? down : settle(now);
}

/// The level of that width, or the next wider one; the widest, if there is none.
BootWidth::Index BootWidth::nearest(std::size_t width) const {
  const auto found = std::ranges::lower_bound(levels_, width, {}, &Level::width);
  return std::min(static_cast<Index>(found - levels_.begin()), levels_.size() - 1);
}

BootWidth::Index BootWidth::settle(TimePoint now) {
  search_ = Search::settled;
  move_base(now);
  return neighbour(now);
}

/// Of the levels before `end`; 0: nothing is known.
double BootWidth::best_goodput(Index end) const {
  double most = 0;
  for (Index level = 0; level < end; ++level)
    most = std::max(most, levels_[level].goodput.value_or(0));
  return most;
}

/// The narrowest width that is as good as the best one.
BootWidth::Index BootWidth::best() const {
  const auto enough = same * best_goodput(levels_.size());
  const auto found = std::ranges::find_if(
      levels_, [=](const Level& level) { return level.goodput && *level.goodput >= enough; });
  return static_cast<Index>(found - levels_.begin());
}

/// What was just tried becomes the base, or is left alone for a while.
void BootWidth::move_base(TimePoint now) {
  const auto before = std::exchange(base_, best());
  if (base_ != current_) return postpone(levels_[current_], now);
  levels_[base_].vain = 0;
  if (base_ == before) return;
  up_ = base_ > before;  // on in this direction
  if (up_) vain_wider_ = 0;
  if (levels_[before].goodput) postpone(levels_[before], now);
}

/// What a try has cost is what its time would have brought at the base.
void BootWidth::postpone(Level& level, TimePoint now) {
  const auto best = levels_[base_].goodput.value_or(0);
  const double share = best > 0 ? *level.goodput / best : 1;
  const auto lost = (now - cohort_.opened) * std::clamp(1 - share, 0.0, 1.0);
  level.vain = std::min(level.vain + 1, most_vain);
  level.next_cohort = cohort_.number + (std::uint64_t{1} << level.vain);
  if (level.width < levels_[base_].width || !is_hopeless()) return;
  const auto multiple = static_cast<double>(thrift << vain_wider_);
  vain_wider_ = std::min(vain_wider_ + 1, most_vain);
  next_wider_ =
      std::max(next_wider_, now + std::chrono::duration_cast<TimePoint::duration>(multiple * lost));
}

/// Where to measure next: mostly where it has settled.
BootWidth::Index BootWidth::neighbour(TimePoint now) {
  const bool wider = is_due(base_ + 1) && now >= next_wider_;
  const bool narrower = base_ > 0 && is_due(base_ - 1);
  if (!wider && !narrower) return base_;
  const bool up = wider && (up_ || !narrower);
  up_ = !up;
  return up ? base_ + 1 : base_ - 1;
}

bool BootWidth::is_due(Index level) const {
  return level < levels_.size() && cohort_.number >= levels_[level].next_cohort;
}

}  // namespace smolfleet::admission
