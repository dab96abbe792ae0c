// Whose turn it is to start: so many at a time, so many a second, the first one alone.
#pragma once

#include "smolfleet/admission/boot_width.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/clock.hpp"
#include "smolfleet/core/gate.hpp"

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>

namespace smolfleet::admission {

struct BootRules {
  std::optional<std::size_t> slots = 1;   ///< at least 1; nothing: a BootWidth finds it
  std::size_t most = 1;                   ///< what it may find
  std::optional<double> per_second = {};  ///< starts, retries included; above 0; nothing: no limit
};

/// Lets guests start in order of arrival. Asks nothing of smolvm: what it has to know it is told.
/// Owned by the run, outlives its turns.
class BootTurns {
 public:
  /// Whether this host has started machines before; asked once at most.
  using HostIsWarm = std::function<core::Awaitable<bool>(core::TimePoint until)>;
  using OnWidth = std::function<void(std::size_t width)>;

  /// The right to start one guest, until it is destroyed. A start may take several attempts.
  class Turn {
   public:
    Turn(Turn&& other) noexcept;
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn();

    /// To be told after each attempt.
    void attempt_ended(StartEnd how);
    /// Before another attempt: waits while more are starting than the host bears by now, and for
    /// the rate. False: not before `until`, or cancelled; then the turn is over.
    [[nodiscard]] core::Awaitable<bool> renew(core::TimePoint until);

   private:
    friend class BootTurns;
    Turn(BootTurns& turns, core::Gate::Place place, std::optional<core::Gate::Place> alone);
    void begin();

    BootTurns* turns_;
    std::optional<core::Gate::Place> place_;
    std::optional<core::Gate::Place> alone_;
    std::optional<BootWidth::Start> attempt_;
  };
  using Entered = std::expected<Turn, core::Interruption>;

  /// `on_width` is called whenever the width has changed; empty: nobody listens.
  BootTurns(const core::Executor& executor, core::Clock& clock, const BootRules& rules,
            HostIsWarm host_is_warm, OnWidth on_width = {});

  /// *Completes when* it is the caller's turn; what is timed begins there. The first start goes
  /// alone, because it may have to unpack smolvm's disk templates, which races (contract §5.3);
  /// unless this host has started machines before. Until somebody has said `host_started`, each is
  /// the first. Ends at `until` or *on cancellation* with the reason.
  [[nodiscard]] core::Awaitable<Entered> enter(core::TimePoint until);

  /// A start has ended, well or not: the others need not wait for it any more.
  void host_started() { warm_ = true; }

  /// Starts that may be under way at a time, and who waits for one: behind the first, for the
  /// width, or for the rate.
  [[nodiscard]] std::size_t width() const { return width_; }
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

 private:
  [[nodiscard]] core::Awaitable<std::optional<core::Interruption>> pace(core::TimePoint until);
  [[nodiscard]] core::Awaitable<void> look_at_host(core::TimePoint until);
  void apply_width();

  core::Clock& clock_;
  HostIsWarm host_is_warm_;
  OnWidth on_width_;
  std::optional<BootWidth> automatic_;
  std::size_t width_;
  std::size_t waiting_ = 0;
  std::chrono::nanoseconds interval_{};  ///< between two starts
  core::TimePoint next_start_ = core::TimePoint::min();
  core::Gate first_;
  core::Gate slots_;
  bool looked_ = false;
  bool warm_ = false;
};

}  // namespace smolfleet::admission
