// The life of a child as one loop over stages.
#include "smolfleet/process/runner.hpp"

#include "smolfleet/core/bell.hpp"
#include "smolfleet/process/conversation.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <list>
#include <optional>
#include <utility>

namespace smolfleet::process {
namespace {

using core::TimePoint;
using std::chrono::steady_clock;

/// talking → draining, or talking → asked → killed → draining.
enum class Stage { talking, asked, killed, draining };

/// What `run` decides, apart from how it waits.
class Supervision {
 public:
  /// `until` is the command's deadline as a point in time; `hurried`: that there is no grace.
  Supervision(const Command& command, Conversation& child, TimePoint until, const bool& hurried)
      : command_(command), child_(child), until_(until), hurried_(hurried) {}

  [[nodiscard]] TimePoint until() const { return until_; }

  /// Looks at the facts and moves on a stage if they call for it. An exit outranks a cancellation,
  /// and that a deadline.
  void look(bool cancelled) {
    const auto now = steady_clock::now();
    if (hurried_ && stage_ == Stage::asked) until_ = now;
    if (stage_ == Stage::draining) {
      if (now >= until_) hang_up();
    } else if (child_.status()) {
      enter(Stage::draining, now + command_.drain);
    } else if (stage_ == Stage::talking && cancelled) {
      ask(Cancelled{}, now);
    } else if (now >= until_) {
      deadline_passed(now);
    }
  }

  [[nodiscard]] End end() const {
    if (cause_) return *cause_;
    const ExitStatus& status = *child_.status();
    if (status.by_signal) return Signalled{status.value};
    return Exited{status.value};
  }

 private:
  void enter(Stage stage, TimePoint until) {
    stage_ = stage;
    until_ = until;
  }

  void ask(End cause, TimePoint now) {
    enter(Stage::asked, hurried_ ? now : now + command_.grace);
    if (child_.has_ended()) return;  // the notice is on its way
    cause_ = cause;
    child_.end_group(command_.gentle_signal);
  }

  void deadline_passed(TimePoint now) {
    if (stage_ == Stage::talking) return ask(TimedOut{*command_.deadline}, now);
    child_.end_group(SIGKILL);
    enter(Stage::killed, core::never);
  }

  void hang_up() {
    child_.hang_up();
    until_ = core::never;
  }

  const Command& command_;
  Conversation& child_;
  Stage stage_ = Stage::talking;
  TimePoint until_;
  const bool& hurried_;
  std::optional<End> cause_;  ///< why we ended it, if we did
};

/// Keeps a child in a list for as long as this lives.
class Listed {
 public:
  Listed(std::list<const Conversation*>& list, const Conversation& child)
      : list_(list), self_(list.insert(list.end(), &child)) {}
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;
  ~Listed() { list_.erase(self_); }

 private:
  std::list<const Conversation*>& list_;
  std::list<const Conversation*>::iterator self_;
};

/// The end of a command whose turn to be spawned did not come.
Outcome without_child(core::Interruption why, const Command& command) {
  if (why == core::Interruption::cancelled) {
    return {.end = Cancelled{}, .out = {}, .err = {}};
  }
  return {.end = TimedOut{command.deadline.value()}, .out = {}, .err = {}};
}

}  // namespace

bool Runner::is_child(pid_t pid) const {
  return std::ranges::any_of(children_, [=](const auto* child) { return child->pid() == pid; });
}

std::size_t Runner::children() const {
  // The others wait for their turn to be spawned, or for the end of their pipes.
  const auto has_child = [](const auto* child) { return child->pid() > 0; };
  return static_cast<std::size_t>(std::ranges::count_if(children_, has_child));
}

core::Awaitable<Outcome> Runner::run(Command command) {
  const auto until =
      command.deadline ? steady_clock::now() + *command.deadline : TimePoint(core::never);
  Conversation child(co_await core::this_coro::executor, poller_, command.capture);
  const Listed listed(children_, child);
  {
    const auto turn = co_await spawn_turn_.enter(until);
    if (!turn) co_return without_child(turn.error(), command);
    auto begun = child.begin(command);
    if (!begun) {
      const bool had_child = begun.error().had_child;
      co_return Outcome{
          .end = std::move(begun).error(), .had_child = had_child, .out = {}, .err = {}};
    }
    co_await asio::post(co_await core::this_coro::executor, core::as_value);
  }
  Supervision supervision(command, child, until, hurried_);
  while (true) {
    const bool cancelled = co_await core::cancelled();
    supervision.look(cancelled);
    if (child.over()) break;
    co_await child.wait(supervision.until());
  }
  co_return Outcome{.end = supervision.end(),
                    .had_child = true,
                    .out = std::move(child.out()).text(),
                    .err = std::move(child.err()).text()};
}

}  // namespace smolfleet::process
