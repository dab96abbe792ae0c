// How many starts a host does best at a time: a control loop that finds it out by measuring.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace smolfleet::admission {

/// What the end of a start says of the width. `overloaded`: it timed out, or failed for a reason
/// that passes. `other`: it says nothing, because the plan was wrong or the start was cancelled.
enum class StartEnd { succeeded, overloaded, other };

/// Finds the width (parallel starts) with the highest goodput: starts that succeed per second.
///
/// The rule is hill climbing on measured throughput, as in Hellerstein, Morrison and Eilebrecht,
/// "Optimizing Concurrency Levels in the .NET ThreadPool" (2009), with the slow start of TCP before
/// it (RFC 5681). A limit by latency alone (Vegas, gradient) was not taken: on a host whose starts
/// take longer with every neighbour and which still does more per second, it stops far too early.
/// - A width is judged by a *cohort*: the first starts that begin under it. By Little's law its
///   goodput is width × successes / time spent in starts. A cohort that did not fill the width
///   (too few plans) says nothing.
/// - *Doubling*, from 8 on, as long as each doubling gains at least a tenth. If none does, it goes
///   on by *halving*, as long as nothing is lost by it.
/// - *Settled*, on the narrowest width whose goodput is within 5 % of the best one seen. At times a
///   neighbour is tried, wider and narrower in turn. A try that was in vain is repeated after twice
///   as many cohorts, and if most starts of a wider one timed out, only when many times what that
///   cost has passed.
/// A width at which starts time out has little goodput: it is left after one cohort, once, however
/// many of its starts time out; and a guest that always times out is no worse at any width.
///
/// Knows neither loop nor clock: the caller says when things happen. Times must not go backwards.
class BootWidth {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// A start under way.
  class Start {
    friend class BootWidth;
    TimePoint begun;
    double crowd = 0;          ///< of the controller, when it began
    std::uint64_t cohort = 0;  ///< 0: it counts for none
  };

  /// `most`: the widest that makes sense, at least 1.
  explicit BootWidth(std::size_t most);

  /// How many starts may run at a time now; from 1 to `most`.
  [[nodiscard]] std::size_t width() const { return levels_[current_].width; }

  [[nodiscard]] Start begin(TimePoint now);
  /// Each start ends once. The width may be another one afterwards.
  void end(const Start& start, StartEnd how, TimePoint now);

 private:
  using Seconds = std::chrono::duration<double>;

  /// The first starts that begin under a width, and how they end.
  struct Cohort {
    std::uint64_t number = 0;
    TimePoint opened;
    std::size_t wanted = 0;
    std::size_t begun = 0;
    std::size_t ended = 0;
    std::size_t succeeded = 0;
    std::size_t overloaded = 0;
    Seconds spent{};     ///< in the starts that have ended
    double crowd = 0;    ///< of those: starts in flight, times seconds
    Seconds begun_at{};  ///< of those that have not: the sum of when they began, since `opened`
  };
  /// What is known of a width, and when it may be tried from its neighbour.
  struct Level {
    std::size_t width = 1;
    std::optional<double> goodput = {};  ///< successes per second
    std::uint64_t measured = 0;          ///< the cohort of that
    std::uint64_t vain = 0;              ///< how often in a row it was tried in vain
    std::uint64_t next_cohort = 0;       ///< when it may be tried again
  };
  using Index = std::size_t;  ///< of a level
  enum class Search { doubling, halving, settled };

  void advance(TimePoint now);
  void open_cohort(Index level, TimePoint now);
  void leave_cohort(const Start& start, StartEnd how, TimePoint now);
  void conclude_if_over(TimePoint now);
  [[nodiscard]] bool is_hopeless() const;
  [[nodiscard]] bool is_over(TimePoint now) const;
  [[nodiscard]] std::optional<double> measured(TimePoint now) const;
  void learn(double goodput);
  [[nodiscard]] Index next(TimePoint now);
  [[nodiscard]] Index next_doubling(TimePoint now);
  [[nodiscard]] Index next_halving(TimePoint now);
  [[nodiscard]] Index settle(TimePoint now);
  [[nodiscard]] Index nearest(std::size_t width) const;
  [[nodiscard]] double best_goodput(Index end) const;
  [[nodiscard]] Index best() const;
  void move_base(TimePoint now);
  void postpone(Level& level, TimePoint now);
  [[nodiscard]] Index neighbour(TimePoint now);
  [[nodiscard]] bool is_due(Index level) const;

  std::vector<Level> levels_;  ///< the widths that are considered, ascending
  Index current_ = 0;
  Index base_ = 0;  ///< where it has settled; `current_` may be a neighbour that is tried
  Search search_ = Search::doubling;
  TimePoint next_wider_ = TimePoint::min();  ///< by then the last try has paid off
  std::uint64_t vain_wider_ = 0;             ///< how often in a row wider was tried in vain
  bool up_ = true;                           ///< where the next neighbour is tried first
  Cohort cohort_;
  std::size_t in_flight_ = 0;
  double crowd_ = 0;  ///< starts in flight, times seconds, since the beginning
  TimePoint advanced_ = TimePoint::min();
};

}  // namespace smolfleet::admission
