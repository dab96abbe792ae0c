// A run that signals end early: what each stage asks of the run, and what it says in the log.
#pragma once

#include "smolfleet/cli/interrupts.hpp"
#include "smolfleet/core/asio.hpp"

#include <cstddef>
#include <functional>
#include <string_view>

namespace spdlog {
class logger;
}

namespace smolfleet::cli {

/// A run as the signals see it.
struct Stoppable {
  std::string_view reads;  ///< what its feed consists of: "plans"
  bool cleans_up = false;  ///< whether it has something to do behind what it cancels
  std::function<void()> drain = {};
  std::function<void()> cancel = {};
  std::function<void()> leave = {};
  std::function<std::size_t()> in_flight = {};
  /// Says what is left undone and removes its files: the process ends without unwinding.
  std::function<void()> last_words = {};
};

/// Hands the stages of `interrupts` to one run. All that it is given outlives it.
class EarlyEnd {
 public:
  EarlyEnd(asio::io_context& loop, Interrupts& interrupts, spdlog::logger& log, Stoppable run);
  EarlyEnd(const EarlyEnd&) = delete;
  EarlyEnd& operator=(const EarlyEnd&) = delete;

  /// Signals that came before are delivered as well. Call it once.
  void listen();
  /// Lets the loop end, when the run has: a signal that comes now comes too late to change
  /// anything.
  void stop();

 private:
  void drain(int signal);
  void cancel(int signal);
  void leave(int signal);

  Interrupts& interrupts_;
  spdlog::logger& log_;
  Stoppable run_;
  asio::steady_timer watchdog_;
  bool leaving_ = false;
};

}  // namespace smolfleet::cli
