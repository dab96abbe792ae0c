// Everything that a run of `up` consists of.
#pragma once

#include "smolfleet/admission/memory_reserve.hpp"
#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/ca/staging.hpp"
#include "smolfleet/cli/early_end.hpp"
#include "smolfleet/cli/interrupts.hpp"
#include "smolfleet/cli/log.hpp"
#include "smolfleet/cli/options.hpp"
#include "smolfleet/cli/progress.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/clock.hpp"
#include "smolfleet/core/own_stream.hpp"
#include "smolfleet/core/scope.hpp"
#include "smolfleet/fleet/feed.hpp"
#include "smolfleet/fleet/fleet.hpp"
#include "smolfleet/journal/journal.hpp"
#include "smolfleet/metrics/exporter.hpp"
#include "smolfleet/metrics/fleet_metrics.hpp"
#include "smolfleet/process/orphans.hpp"
#include "smolfleet/process/runner.hpp"
#include "smolfleet/results/event_stream.hpp"
#include "smolfleet/results/watcher.hpp"
#include "smolfleet/results/writer.hpp"
#include "smolfleet/watch/tally.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
}

namespace smolfleet::cli {

/// How the guests of a run are removed, in words that follow what is left of it.
[[nodiscard]] std::string removal_of(const std::string& run_id);

/// What a run begins with and can fail to get.
struct UpParts {
  core::OwnStream feed;
  core::OwnStream results;
  ca::Staging staging;
  std::optional<journal::Opened> journal;       ///< nothing: there is none
  std::unique_ptr<metrics::Exporter> exporter;  ///< nullptr: nobody wants metrics
};

/// Each retry with the pause that was really waited.
class RetryLog final : public results::Watcher {
 public:
  explicit RetryLog(spdlog::logger& log) : log_(log) {}

  void retried(const results::Subject& plan, std::string_view phase,
               std::chrono::duration<double> pause) override;

 private:
  spdlog::logger& log_;
};

/// The parts, in the order in which they must be taken down again. Loop, log and interrupts outlive
/// it.
class UpRun {
 public:
  UpRun(asio::io_context& loop, const UpOptions& options, Log& log, UpParts parts,
        Interrupts& interrupts);
  UpRun(const UpRun&) = delete;
  UpRun& operator=(const UpRun&) = delete;

  /// *Completes when* every plan that was read has its result.
  [[nodiscard]] core::Awaitable<void> run(fleet::Summary& summary);
  /// After it: nothing keeps the loop any more.
  void stop_listening();
  /// Before the process ends without unwinding.
  void say_last_words();

  [[nodiscard]] const watch::Tally& tally() const { return tally_; }
  [[nodiscard]] const std::optional<std::string>& result_fault() const { return writer_.fault(); }
  [[nodiscard]] std::optional<std::string> journal_fault() const {
    return journal_ ? journal_->fault() : std::nullopt;
  }

 private:
  [[nodiscard]] core::Awaitable<void> run_fleet(core::Scope& beside, fleet::Summary& summary);
  void begin_metering(std::size_t jobs);
  [[nodiscard]] metrics::Situation situation(std::size_t jobs) const;
  [[nodiscard]] metrics::ExportTools export_tools();
  [[nodiscard]] std::unique_ptr<admission::MemoryReserve> reserve(const core::Executor& executor,
                                                                  const UpOptions& options);
  [[nodiscard]] fleet::Options fleet_options(const UpOptions& options);
  [[nodiscard]] Stoppable stoppable();

  spdlog::logger& log_;
  std::string run_id_;
  driver::Smolvm smolvm_;
  process::Runner runner_;
  process::Orphans orphans_;
  core::SteadyClock clock_;
  bringup::Host host_;
  ca::Staging staging_;
  bringup::Dice dice_;
  fleet::Feed feed_;
  results::Writer writer_;
  watch::Tally tally_;
  RetryLog retries_;
  results::EventStream events_;
  results::Audience audience_;
  bringup::Services services_;
  std::unique_ptr<admission::MemoryReserve> memory_;  ///< nullptr: memory is not looked at
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<metrics::Exporter> exporter_;     ///< nullptr: nobody wants metrics
  std::unique_ptr<metrics::FleetMetrics> metrics_;  ///< as exporter_
  fleet::Fleet fleet_;
  Progress progress_;
  EarlyEnd early_end_;
};

}  // namespace smolfleet::cli
