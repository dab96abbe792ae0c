// The gate of the starts, with its width, its pace, and its first one.
#include "smolfleet/admission/boot_turns.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace smolfleet::admission {

using core::Awaitable;
using core::Gate;
using core::Interruption;
using core::TimePoint;
using std::chrono::duration;
using std::chrono::nanoseconds;

BootTurns::Turn::Turn(BootTurns& turns, Gate::Place place, std::optional<Gate::Place> alone)
    : turns_(&turns), place_(std::move(place)), alone_(std::move(alone)) {
  begin();
}

BootTurns::Turn::Turn(Turn&& other) noexcept
    : turns_(other.turns_),
      place_(std::exchange(other.place_, std::nullopt)),
      alone_(std::exchange(other.alone_, std::nullopt)),
      attempt_(std::exchange(other.attempt_, std::nullopt)) {}

BootTurns::Turn::~Turn() {
  attempt_ended(StartEnd::other);
}

void BootTurns::Turn::begin() {
  if (!turns_->automatic_) return;
  attempt_ = turns_->automatic_->begin(turns_->clock_.now());
  turns_->apply_width();
}

void BootTurns::Turn::attempt_ended(StartEnd how) {
  const auto attempt = std::exchange(attempt_, std::nullopt);
  if (!attempt) return;
  turns_->automatic_->end(*attempt, how, turns_->clock_.now());
  turns_->apply_width();
}

Awaitable<bool> BootTurns::Turn::renew(TimePoint until) {
  auto place = co_await turns_->slots_.step_aside(std::move(*place_), until);
  place_.reset();
  if (!place) co_return false;
  place_ = std::move(*place);
  const auto interruption = co_await turns_->pace(until);
  if (interruption) co_return false;
  begin();
  co_return true;
}

namespace {

/// Counts somebody for as long as it lives.
class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --count_; }

 private:
  std::size_t& count_;
};

std::size_t initial_width(const BootRules& rules, const std::optional<BootWidth>& automatic) {
  return automatic ? automatic->width() : *rules.slots;
}

nanoseconds interval_of(const BootRules& rules) {
  if (!rules.per_second) return {};
  return std::chrono::ceil<nanoseconds>(duration<double>(1 / *rules.per_second));
}

}  // namespace

BootTurns::BootTurns(const core::Executor& executor, core::Clock& clock, const BootRules& rules,
                     HostIsWarm host_is_warm, OnWidth on_width)
    : clock_(clock),
      host_is_warm_(std::move(host_is_warm)),
      on_width_(std::move(on_width)),
      automatic_(rules.slots ? std::nullopt : std::optional<BootWidth>(rules.most)),
      width_(initial_width(rules, automatic_)),
      interval_(interval_of(rules)),
      first_(executor, 1),
      slots_(executor, width_) {}

Awaitable<BootTurns::Entered> BootTurns::enter(TimePoint until) {
  const Counted waiting(waiting_);
  std::optional<Gate::Place> alone;
  if (!warm_) {
    auto first = co_await first_.enter(until);
    if (!first) co_return Entered(std::unexpect, first.error());
    if (!warm_) co_await look_at_host(until);
    if (!warm_) alone = std::move(*first);
  }
  auto place = co_await slots_.enter(until);
  if (!place) co_return Entered(std::unexpect, place.error());
  const auto interruption = co_await pace(until);
  if (interruption) co_return Entered(std::unexpect, *interruption);
  co_return Entered(Turn(*this, std::move(*place), std::move(alone)));
}

Awaitable<void> BootTurns::look_at_host(TimePoint until) {
  if (std::exchange(looked_, true)) co_return;
  warm_ = co_await host_is_warm_(until);
}

/// Waits for the next start of the rate. Who is interrupted leaves its moment unused.
Awaitable<std::optional<Interruption>> BootTurns::pace(TimePoint until) {
  if (interval_ == nanoseconds::zero()) co_return std::nullopt;
  const auto moment = std::max(clock_.now(), next_start_);
  next_start_ = moment + interval_;
  co_await clock_.sleep_until(std::min(moment, until));
  const bool asked = co_await core::cancelled();
  if (asked) co_return Interruption::cancelled;
  if (moment > until) co_return Interruption::deadline;
  co_return std::nullopt;
}

void BootTurns::apply_width() {
  const auto width = automatic_->width();
  if (std::exchange(width_, width) == width) return;
  slots_.set_width(width);
  if (on_width_) on_width_(width);
}

}  // namespace smolfleet::admission
