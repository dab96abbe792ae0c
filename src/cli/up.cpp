// `smolfleet up`.
#include "smolfleet/cli/up.hpp"

#include "smolfleet/admission/memory_reserve.hpp"
#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/ca/staging.hpp"
#include "smolfleet/cli/early_end.hpp"
#include "smolfleet/cli/host_setup.hpp"
#include "smolfleet/cli/interrupts.hpp"
#include "smolfleet/cli/log.hpp"
#include "smolfleet/cli/progress.hpp"
#include "smolfleet/cli/running.hpp"
#include "smolfleet/cli/streams.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/clock.hpp"
#include "smolfleet/core/own_stream.hpp"
#include "smolfleet/core/scope.hpp"
#include "smolfleet/fleet/feed.hpp"
#include "smolfleet/fleet/fleet.hpp"
#include "smolfleet/journal/file.hpp"
#include "smolfleet/journal/journal.hpp"
#include "smolfleet/metrics/exporter.hpp"
#include "smolfleet/metrics/fleet_metrics.hpp"
#include "smolfleet/process/orphans.hpp"
#include "smolfleet/process/runner.hpp"
#include "smolfleet/results/event_stream.hpp"
#include "smolfleet/results/watcher.hpp"
#include "smolfleet/results/writer.hpp"
#include "smolfleet/watch/summary.hpp"
#include "smolfleet/watch/tally.hpp"

#include "cli/version.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <chrono>
#include <cstdlib>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <system_error>
#include <utility>

namespace smolfleet::cli {
namespace {

using core::OwnStream;
using fleet::Summary;
using results::Status;

std::expected<ca::Staging, NoRun> open_staging() {
  const char* const parent = std::getenv("TMPDIR");
  auto staging = ca::Staging::create(parent == nullptr || *parent == 0 ? "/tmp" : parent);
  if (!staging) return std::unexpected(NoRun{std::move(staging).error()});
  return std::move(*staging);
}

std::expected<std::optional<journal::Opened>, NoRun> open_journal(const UpOptions& options) {
  if (options.journal.empty()) return std::nullopt;
  const bool given = !options.run_id.empty();
  auto opened = journal::open_journal({.path = options.journal,
                                       .resume = options.resume,
                                       .retry_failed = options.retry_failed,
                                       .run = given ? options.run_id : fresh_run_id(),
                                       .run_is_given = given});
  if (!opened) return std::unexpected(NoRun{std::move(opened).error()});
  return std::move(*opened);
}

std::expected<void, NoRun> check_memory(const UpOptions& options) {
  if (!options.memory_reserve) return {};
  const auto host = admission::read_host_memory();
  if (!host)
    return std::unexpected(
        NoRun{"--memory-reserve cannot be kept: /proc/meminfo does not say how "
              "much memory is available"});
  if (*options.memory_reserve < host->total) return {};
  return std::unexpected(
      NoRun{fmt::format("--memory-reserve {} leaves nothing for guests: this host has {} MiB",
                        *options.memory_reserve, host->total)});
}

/// nullptr: nobody wants metrics.
std::expected<std::unique_ptr<metrics::Exporter>, NoRun> open_metrics(const UpOptions& options,
                                                                      spdlog::logger& log) {
  if (!options.metrics) return nullptr;
  auto exporter = metrics::open_exporter(*options.metrics);
  if (!exporter) return std::unexpected(NoRun{std::move(exporter).error()});
  log.info("metrics: {}", (*exporter)->place());
  return std::move(*exporter);
}

/// How the guests of a run are removed, in words that follow what is left of it.
std::string removal_of(const std::string& run_id) {
  return fmt::format(
      "`smolfleet down --run {}` removes all of the run, or, where smolvm has no labels, "
      "`smolfleet "
      "down` with its feed",
      run_id);
}

/// Each retry with the pause that was really waited.
class RetryLog final : public results::Watcher {
 public:
  explicit RetryLog(spdlog::logger& log) : log_(log) {}

  void retried(const results::Subject& plan, std::string_view phase,
               std::chrono::duration<double> pause) override {
    log_.debug("line {}: {} of {} is tried again after {:.6f} s", plan.line, phase, plan.target,
               pause.count());
  }

 private:
  spdlog::logger& log_;
};

/// Everything that a run consists of, in the order in which it must be taken down again.
class Run {
 public:
  Run(asio::io_context& loop, UpOptions& options, Log& log, OwnStream feed, OwnStream results,
      ca::Staging staging, std::optional<journal::Opened> journal,
      std::unique_ptr<metrics::Exporter> exporter, Interrupts& interrupts)
      : log_(log.lines()),
        run_id_(options.run_id),
        smolvm_(options.driver),
        runner_(loop.get_executor()),
        orphans_(loop.get_executor(), runner_),
        host_(loop.get_executor(), smolvm_, runner_, clock_, widths(options),
              [this](std::size_t width) { log_.debug("{} starts at a time", width); }),
        staging_(std::move(staging)),
        dice_(std::random_device()()),
        feed_(std::move(feed), feed_name(options.feed)),
        writer_(loop.get_executor(), std::move(results), queued_results,
                [this] { fleet_.cancel(); }),
        retries_(log_),
        events_(writer_, options.run_id),
        services_{.tools = {.smolvm = smolvm_,
                            .runner = runner_,
                            .host = host_,
                            .clock = clock_,
                            .dice = dice_,
                            .settle = options.settle,
                            .watcher = audience_},
                  .staging = staging_,
                  .on_installed =
                      [this](const plan::Plan& plan, const results::Ca& ca) {
                        log_.info("{} trusts the {} CA {}", plan.target, ca.label,
                                  ca.fingerprint_sha256);
                      }},
        memory_(reserve(loop, options)),
        journal_(journal
                     ? std::make_unique<journal::Journal>(loop.get_executor(), std::move(*journal),
                                                          [this] { fleet_.cancel(); })
                     : nullptr),
        exporter_(std::move(exporter)),
        fleet_(loop.get_executor(), fleet_options(options), feed_, writer_, services_, log_),
        progress_(loop.get_executor(), log, tally_, feed_),
        early_end_(loop, interrupts, log_, stoppable()) {
    audience_.add(tally_);
    audience_.add(retries_);
    if (options.events) audience_.add(events_);
    if (exporter_) begin_metering(options.jobs);
  }

  core::Awaitable<void> run(Summary& summary) {
    early_end_.listen();
    orphans_.listen();
    progress_.start();
    auto body = [&](core::Scope& beside) { return run_fleet(beside, summary); };
    co_await core::with_scope(body);
  }
  void stop_listening() {
    early_end_.stop();
    orphans_.stop();
    progress_.stop();
  }

  /// Before the process ends without unwinding.
  void say_last_words() {
    progress_.stop();
    const auto& left = fleet_.in_flight();
    log_.error("left with {} plans unanswered: {}; {}", left.size(), first_names(left, left.size()),
               removal_of(run_id_));
    std::error_code ignored;
    std::filesystem::remove_all(staging_.directory(), ignored);
  }

  [[nodiscard]] const watch::Tally& tally() const { return tally_; }
  [[nodiscard]] const std::optional<std::string>& result_fault() const { return writer_.fault(); }
  [[nodiscard]] std::optional<std::string> journal_fault() const {
    return journal_ ? journal_->fault() : std::nullopt;
  }

 private:
  core::Awaitable<void> run_fleet(core::Scope& beside, Summary& summary) {
    if (exporter_) beside.spawn(exporter_->run(export_tools()));
    summary = co_await fleet_.run();
    beside.cancel();
  }

  void begin_metering(std::size_t jobs) {
    metrics_ =
        std::make_unique<metrics::FleetMetrics>(version, [this, jobs] { return situation(jobs); });
    audience_.add(*metrics_);
  }

  metrics::Situation situation(std::size_t jobs) const {
    const bool waits_for_memory = memory_ && memory_->is_waited_for();
    return {.lines_read = feed_.lines(),
            .jobs = jobs,
            .boot_slots = host_.boot_width(),
            .children = runner_.children(),
            .waiting_for_memory = waits_for_memory ? 1U : 0U,
            .waiting_for_create = host_.waiting_to_create(),
            .waiting_for_start = host_.waiting_to_boot()};
  }

  metrics::ExportTools export_tools() {
    return {.clock = clock_,
            .text = [this] { return metrics_->text(); },
            .on_fault = [this](const std::string& fault) { log_.warn("{}", fault); }};
  }

  static bringup::Widths widths(const UpOptions& options) {
    return {
        .create = options.create_slots,
        .boot = {
            .slots = options.boot_slots, .most = options.jobs, .per_second = options.start_rate}};
  }

  std::unique_ptr<admission::MemoryReserve> reserve(asio::io_context& loop,
                                                    const UpOptions& options) {
    if (!options.memory_reserve) return nullptr;
    return std::make_unique<admission::MemoryReserve>(
        loop.get_executor(), *options.memory_reserve, admission::read_host_memory,
        [this, reserve = *options.memory_reserve](admission::HostMemory host,
                                                  std::uint64_t promised, std::uint64_t wanted) {
          log_.warn(
              "waiting for memory: the next guest may claim {} MiB, the guests in flight {} MiB, "
              "and of the {} MiB available {} are kept in reserve",
              wanted, promised, host.available, reserve);
        });
  }

  fleet::Options fleet_options(const UpOptions& options) {
    return {.run_id = options.run_id,
            .jobs = options.jobs,
            .unknown_keys =
                options.strict ? plan::UnknownKeys::refused : plan::UnknownKeys::ignored_outside,
            .timeout = options.timeout,
            .on_failure = options.on_failure,
            .halt = options.halt,
            .events = options.events,
            .memory = memory_.get(),
            .journal = journal_.get()};
  }

  Stoppable stoppable() {
    return {.reads = "plans",
            .cleans_up = true,
            .drain = [this] { fleet_.drain(); },
            .cancel = [this] { fleet_.cancel(); },
            .leave = [this] { fleet_.leave(); },
            .in_flight = [this] { return fleet_.in_flight().size(); },
            .last_words = [this] { say_last_words(); }};
  }

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

int exit_status(const Summary& summary, const Run& run, std::optional<int> signal) {
  if (signal) return by_signal + *signal;
  if (summary.feed_fault || run.result_fault() || run.journal_fault()) return stream_broke;
  const bool ok = summary.count(Status::failed) + summary.count(Status::rejected) +
                      summary.count(Status::cancelled) ==
                  0;
  return ok && summary.leaked == 0 && !summary.timed_out ? all_ok : some_not_ok;
}

void log_end(spdlog::logger& log, const Summary& summary, const Run& run, const std::string& run_id,
             std::chrono::duration<double> wall) {
  if (summary.feed_fault) log.error("{}", *summary.feed_fault);
  if (run.result_fault()) {
    log.error("{}; guests whose results are lost may be up: {}", *run.result_fault(),
              removal_of(run_id));
  }
  if (const auto fault = run.journal_fault()) {
    log.error("{}; see to its disk, then run again with --resume", *fault);
  }
  if (summary.timed_out)
    log.error("the run's --timeout was reached; the feed was not read further");
  if (summary.leaked > 0) {
    log.error("{} could not be removed: {}; {}",
              plural(summary.leaked, "1 guest", fmt::format("{} guests", summary.leaked)),
              first_names(summary.leaked_names, summary.leaked), removal_of(run_id));
  }
  const auto recalled = summary.recalled == 0
                            ? std::string()
                            : fmt::format(", {} of them by the journal", summary.recalled);
  log.info("{} ok, {} failed, {} rejected, {} cancelled in {:.1f} s{}", summary.count(Status::ok),
           summary.count(Status::failed), summary.count(Status::rejected),
           summary.count(Status::cancelled), wall.count(), recalled);
}

void log_resumption(spdlog::logger& log, const journal::Opened& journal) {
  log.info("resuming run {}: {} plans have their answers, {} were in flight", journal.run,
           journal.history.answered(), journal.history.unanswered());
}

std::expected<int, NoRun> run_up(asio::io_context& loop, UpOptions& options, ClosedStreams closed,
                                 Log& printer) {
  auto& log = printer.lines();
  auto results = begin_run(loop.get_executor(), options.smolvm, options.jobs, closed, log);
  if (!results) return std::unexpected(std::move(results).error());
  options.driver.executable = options.smolvm;
  auto feed = open_feed(loop.get_executor(), options.feed, closed);
  if (!feed) return std::unexpected(std::move(feed).error());
  // Outlives the run: a signal at its very end must not leave the staging directory behind.
  Interrupts interrupts(loop.get_executor());
  auto staging = open_staging();
  if (!staging) return std::unexpected(std::move(staging).error());

  auto memory = check_memory(options);
  if (!memory) return std::unexpected(std::move(memory).error());
  auto exporter = open_metrics(options, log);
  if (!exporter) return std::unexpected(std::move(exporter).error());
  auto journal = open_journal(options);
  if (!journal) return std::unexpected(std::move(journal).error());
  if (*journal) options.run_id = (*journal)->run;
  if (*journal && options.resume) log_resumption(log, **journal);
  if (options.run_id.empty()) options.run_id = fresh_run_id();
  options.driver.run_id = options.run_id;
  if (!options.resume) log.info("run {}", options.run_id);

  const auto begun = std::chrono::steady_clock::now();
  Run run(loop, options, printer, std::move(*feed), std::move(*results), std::move(*staging),
          std::move(*journal), std::move(*exporter), interrupts);
  Summary summary;
  const auto driven = drive(
      loop, run.run(summary),
      {.ended = [&run] { run.stop_listening(); }, .last_words = [&run] { run.say_last_words(); }},
      log);
  if (!driven) return std::unexpected(driven.error());
  log_end(log, summary, run, options.run_id, std::chrono::steady_clock::now() - begun);
  printer.print(watch::summary(run.tally()));
  return exit_status(summary, run, interrupts.signal());
}

}  // namespace

int up(UpOptions options) {
  return run_command(options.log,
                     [&options](asio::io_context& loop, ClosedStreams closed, Log& log) {
                       return run_up(loop, options, closed, log);
                     });
}

}  // namespace smolfleet::cli
