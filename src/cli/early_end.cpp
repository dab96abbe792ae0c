// The stages, said and done.
#include "smolfleet/cli/early_end.hpp"

#include "smolfleet/cli/running.hpp"
#include "smolfleet/cli/streams.hpp"
#include "smolfleet/core/layout.hpp"

#include <spdlog/logger.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

namespace smolfleet::cli {
namespace {

/// How long leaving at once may take before the process ends without its own consent.
constexpr std::chrono::milliseconds last_moment(1000);

}  // namespace

EarlyEnd::EarlyEnd(asio::io_context& loop, Interrupts& interrupts, spdlog::logger& log,
                   Stoppable run)
    : interrupts_(interrupts), log_(log), run_(std::move(run)), watchdog_(loop) {}

void EarlyEnd::listen() {
  interrupts_.listen({.drain = [this](int signal) { drain(signal); },
                      .cancel = [this](int signal) { cancel(signal); },
                      .leave = [this](int signal) { leave(signal); }});
}

void EarlyEnd::stop() {
  interrupts_.stop();
  watchdog_.cancel();
}

void EarlyEnd::drain(int signal) {
  const auto left = run_.in_flight();
  log_.warn("SIG{}: reading no more {}, finishing {} in flight; {} to cancel {}",
            ::sigabbrev_np(signal), run_.reads, left,
            signal == SIGHUP ? "SIGTERM twice" : "once more", core::plural(left, "it", "them"));
  run_.drain();
}

void EarlyEnd::cancel(int signal) {
  log_.warn("SIG{}: cancelling {} in flight{}; once more to leave at once", ::sigabbrev_np(signal),
            run_.in_flight(), run_.cleans_up ? " and cleaning up" : "");
  run_.cancel();
}

void EarlyEnd::leave(int signal) {
  log_.warn("SIG{}: leaving at once{}", ::sigabbrev_np(signal),
            run_.cleans_up ? ", without cleaning up" : "");
  run_.leave();
  if (std::exchange(leaving_, true)) return;
  watchdog_.expires_after(last_moment);
  watchdog_.async_wait([this, signal](std::error_code error) {
    if (error) return;
    // A child that cannot be killed holds everything up, and somebody has asked three times.
    run_.last_words();
    std::_Exit(by_signal + signal);
  });
}

}  // namespace smolfleet::cli
