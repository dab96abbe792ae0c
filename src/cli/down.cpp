// `smolfleet down`.
#include "smolfleet/cli/down.hpp"

#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/cli/early_end.hpp"
#include "smolfleet/cli/host_setup.hpp"
#include "smolfleet/cli/interrupts.hpp"
#include "smolfleet/cli/running.hpp"
#include "smolfleet/cli/streams.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/clock.hpp"
#include "smolfleet/core/layout.hpp"
#include "smolfleet/core/own_stream.hpp"
#include "smolfleet/fleet/feed.hpp"
#include "smolfleet/fleet/removals.hpp"
#include "smolfleet/process/orphans.hpp"
#include "smolfleet/process/runner.hpp"
#include "smolfleet/results/writer.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <chrono>
#include <expected>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace smolfleet::cli {
namespace {

using core::OwnStream;
using fleet::RemovalSummary;
using results::RemovalStatus;

/// A take-down runs nothing in a guest, so nothing has to settle.
constexpr std::chrono::milliseconds no_settle(0);

/// Everything that a run consists of, in the order in which it must be taken down again.
class Run {
 public:
  /// `feed`: nothing when only --run says which guests.
  Run(asio::io_context& loop, DownOptions& options, spdlog::logger& log,
      std::optional<OwnStream> feed, OwnStream results, Interrupts& interrupts)
      : log_(log),
        smolvm_(options.driver),
        runner_(loop.get_executor()),
        orphans_(loop.get_executor(), runner_),
        host_(loop.get_executor(), smolvm_, runner_, clock_,
              bringup::Widths{.create = options.create_slots}),
        dice_(std::random_device()()),
        writer_(loop.get_executor(), std::move(results), queued_results,
                [this] { removals_.cancel(); }),
        tools_{.smolvm = smolvm_,
               .runner = runner_,
               .host = host_,
               .clock = clock_,
               .dice = dice_,
               .settle = no_settle,
               .watcher = nobody_},
        removals_(loop.get_executor(), {.run = options.run, .jobs = options.jobs},
                  open(std::move(feed), options), writer_, tools_, log),
        early_end_(loop, interrupts, log, stoppable()) {}

  core::Awaitable<void> run(RemovalSummary& summary) {
    early_end_.listen();
    orphans_.listen();
    summary = co_await removals_.run();
  }
  void stop_listening() {
    early_end_.stop();
    orphans_.stop();
  }

  /// Before the process ends without unwinding.
  void say_last_words() {
    const auto left = removals_.in_flight();
    log_.error("left with {} unanswered: {}; run it again to remove what is still there",
               core::counted(left.size(), "guest", "guests"), first_names(left, left.size()));
  }

  [[nodiscard]] const std::optional<std::string>& result_fault() const { return writer_.fault(); }

 private:
  fleet::Feed* open(std::optional<OwnStream> stream, const DownOptions& options) {
    if (!stream) return nullptr;
    return &feed_.emplace(std::move(*stream), feed_name(*options.feed));
  }

  Stoppable stoppable() {
    return {.reads = "lines",
            .cleans_up = false,
            .drain = [this] { removals_.drain(); },
            .cancel = [this] { removals_.cancel(); },
            .leave = [this] { removals_.leave(); },
            .in_flight = [this] { return removals_.in_flight().size(); },
            .last_words = [this] { say_last_words(); }};
  }

  spdlog::logger& log_;
  driver::Smolvm smolvm_;
  process::Runner runner_;
  process::Orphans orphans_;
  core::SteadyClock clock_;
  bringup::Host host_;
  bringup::Dice dice_;
  std::optional<fleet::Feed> feed_;
  results::Writer writer_;
  results::Watcher nobody_;
  bringup::Tools tools_;
  fleet::Removals removals_;
  EarlyEnd early_end_;
};

int exit_status(const RemovalSummary& summary, const Run& run, std::optional<int> signal) {
  if (signal) return by_signal + *signal;
  if (summary.feed_fault || run.result_fault()) return stream_broke;
  if (summary.unable) return not_started;
  const bool ok = summary.remaining + summary.count(RemovalStatus::failed) +
                      summary.count(RemovalStatus::rejected) +
                      summary.count(RemovalStatus::cancelled) ==
                  0;
  return ok ? all_ok : some_not_ok;
}

/// ", 2 rejected", or nothing when there are none.
std::string besides(const RemovalSummary& summary, RemovalStatus status) {
  const auto count = summary.count(status);
  return count == 0 ? std::string() : fmt::format(", {} {}", count, results::to_string(status));
}

void log_counts(spdlog::logger& log, const RemovalSummary& summary,
                std::chrono::duration<double> wall) {
  if (summary.remaining > 0) {
    log.error("{} could not be removed: {}", core::counted(summary.remaining, "guest", "guests"),
              first_names(summary.remaining_names, summary.remaining));
  }
  log.info("{} removed, {} gone already, {} skipped, {} failed{}{} in {:.1f} s",
           summary.count(RemovalStatus::removed), summary.count(RemovalStatus::gone),
           summary.count(RemovalStatus::skipped), summary.count(RemovalStatus::failed),
           besides(summary, RemovalStatus::rejected), besides(summary, RemovalStatus::cancelled),
           wall.count());
}

void log_end(spdlog::logger& log, const RemovalSummary& summary, const Run& run,
             std::chrono::duration<double> wall) {
  if (summary.feed_fault) log.error("{}", *summary.feed_fault);
  if (run.result_fault()) log.error("{}", *run.result_fault());
  if (!summary.unable) return log_counts(log, summary, wall);
  log.error("nothing was removed: {}{}{}", summary.unable->message,
            summary.unable->hint ? ". " : "", summary.unable->hint.value_or(std::string()));
}

std::expected<std::optional<OwnStream>, NoRun> open_input(const core::Executor& executor,
                                                          const DownOptions& options,
                                                          ClosedStreams closed,
                                                          spdlog::logger& log) {
  if (!options.feed) {
    log.info("taking down all guests of run {}; no input is read", options.run);
    return std::nullopt;
  }
  auto feed = open_feed(executor, *options.feed, closed, log);
  if (!feed) return std::unexpected(std::move(feed).error());
  return std::move(*feed);
}

std::expected<int, NoRun> run_down(asio::io_context& loop, DownOptions& options,
                                   ClosedStreams closed, spdlog::logger& log) {
  auto results =
      begin_run(loop.get_executor(), options.smolvm, options.driver, options.jobs, closed, log);
  if (!results) return std::unexpected(std::move(results).error());
  auto feed = open_input(loop.get_executor(), options, closed, log);
  if (!feed) return std::unexpected(std::move(feed).error());
  Interrupts interrupts(loop.get_executor());

  const auto begun = std::chrono::steady_clock::now();
  Run run(loop, options, log, std::move(*feed), std::move(*results), interrupts);
  RemovalSummary summary;
  const auto driven = drive(
      loop, run.run(summary),
      {.ended = [&run] { run.stop_listening(); }, .last_words = [&run] { run.say_last_words(); }},
      log);
  if (!driven) return std::unexpected(driven.error());
  log_end(log, summary, run, std::chrono::steady_clock::now() - begun);
  return exit_status(summary, run, interrupts.signal());
}

}  // namespace

int down(DownOptions options) {
  return run_command(options.log,
                     [&options](asio::io_context& loop, ClosedStreams closed, Log& log) {
                       return run_down(loop, options, closed, log.lines());
                     });
}

}  // namespace smolfleet::cli
