// The descriptors of all children, watched in one place.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/unique_fd.hpp"

#include <sys/epoll.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

namespace smolfleet::process {

/// An epoll(7) set of its own, of which the loop sees only that something in it is ready. A child
/// has three descriptors for a few milliseconds; Asio needs four times as many system calls to
/// watch them one by one (docs/benchmarks.md).
/// Keeps the loop alive while something is watched. Outlives its watches.
class Poller {
 public:
  /// A descriptor, owned, and what is to be called when it can be read, has ended or has failed:
  /// again and again until it is closed. The function may close this and any other watch, and must
  /// not throw.
  class Watch {
   public:
    Watch(Poller& poller, std::function<void()> on_ready)
        : poller_(poller), on_ready_(std::move(on_ready)) {}
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() { close(); }

    /// Takes the descriptor and watches it from now on. At most once. On an error it is closed.
    [[nodiscard]] std::error_code open(core::UniqueFd fd);
    [[nodiscard]] bool is_open() const { return static_cast<bool>(fd_); }
    [[nodiscard]] int fd() const { return fd_.get(); }
    /// Safe to repeat.
    void close();

   private:
    friend class Poller;
    Poller& poller_;
    std::function<void()> on_ready_;
    core::UniqueFd fd_;
  };

  explicit Poller(const core::Executor& executor);
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  ~Poller() = default;

 private:
  [[nodiscard]] std::error_code add(Watch& watch);
  void remove(const Watch& watch);
  void listen();
  void dispatch();

  asio::posix::stream_descriptor set_;
  std::size_t watched_ = 0;
  bool listening_ = false;
  std::span<epoll_event> batch_;  ///< events that are being dispatched
  /// Ends with this: the loop may still call a handler that was cancelled.
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace smolfleet::process
