// A counting gate: how many may be at something at a time, first come, first served.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/bell.hpp"

#include <cstddef>
#include <expected>
#include <list>
#include <utility>

namespace smolfleet::core {

/// Why a wait ended without what was waited for.
enum class Interruption { deadline, cancelled };

/// Lets at most `width` holders in at a time and queues the others in order of arrival. The width
/// may change: nobody is turned out, but who is in can be asked to step aside. Must outlive its
/// places and its waiters.
class Gate {
 public:
  /// A holder's place; leaving scope gives it to the next in the queue.
  class Place {
   public:
    Place(Place&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(gate_, other.gate_);
      return *this;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
      if (gate_ != nullptr) gate_->leave();
    }

   private:
    friend class Gate;
    explicit Place(Gate* gate) : gate_(gate) {}
    Gate* gate_;
  };

  using Entered = std::expected<Place, Interruption>;

  /// `width` is at least 1.
  Gate(Executor executor, std::size_t width);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();

  /// *Completes when* a place is free and everybody who came before has had theirs.
  /// *On cancellation* or at `until`: the reason, and the queue closes up. A place that was given
  /// at the same moment is returned to the caller: it wins.
  [[nodiscard]] Awaitable<Entered> enter(TimePoint until = never);

  /// At least 1. A wider gate lets in at once who waits.
  void set_width(std::size_t width);

  /// Keeps `place` if the gate is no fuller than it may be. Otherwise gives it up and comes back
  /// before those who have not been in yet. Returns as `enter` does.
  [[nodiscard]] Awaitable<Entered> step_aside(Place place, TimePoint until = never);

  [[nodiscard]] std::size_t taken() const { return taken_; }
  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

 private:
  struct Waiter {
    Bell bell;
    bool was_in = false;
    bool admitted = false;
  };
  [[nodiscard]] Awaitable<Entered> wait(bool was_in, TimePoint until);
  void leave();
  void admit_waiting();

  Executor executor_;
  std::size_t width_;
  std::size_t taken_ = 0;
  std::list<Waiter*> queue_;
};

}  // namespace smolfleet::core
