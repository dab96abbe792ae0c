// `smolfleet up`.
#include "smolfleet/cli/up.hpp"

#include "smolfleet/admission/memory_reserve.hpp"
#include "smolfleet/ca/staging.hpp"
#include "smolfleet/cli/host_setup.hpp"
#include "smolfleet/cli/interrupts.hpp"
#include "smolfleet/cli/log.hpp"
#include "smolfleet/cli/running.hpp"
#include "smolfleet/cli/streams.hpp"
#include "smolfleet/core/layout.hpp"
#include "smolfleet/fleet/fleet.hpp"
#include "smolfleet/journal/file.hpp"
#include "smolfleet/metrics/exporter.hpp"
#include "smolfleet/watch/summary.hpp"

#include "cli/up_run.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <chrono>
#include <cstdlib>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace smolfleet::cli {
namespace {

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
                                       .run_is_given = given,
                                       .invocation = options.driver.invocation});
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

int exit_status(const Summary& summary, const UpRun& run, std::optional<int> signal) {
  if (signal) return by_signal + *signal;
  if (summary.feed_fault || run.result_fault() || run.journal_fault()) return stream_broke;
  const bool ok = summary.count(Status::failed) + summary.count(Status::rejected) +
                      summary.count(Status::cancelled) ==
                  0;
  return ok && summary.leaked == 0 && !summary.timed_out ? all_ok : some_not_ok;
}

void log_end(spdlog::logger& log, const Summary& summary, const UpRun& run,
             const std::string& run_id, std::chrono::duration<double> wall) {
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
    log.error("{} could not be removed: {}; {}", core::counted(summary.leaked, "guest", "guests"),
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
  auto results =
      begin_run(loop.get_executor(), options.smolvm, options.driver, options.jobs, closed, log);
  if (!results) return std::unexpected(std::move(results).error());
  auto feed = open_feed(loop.get_executor(), options.feed, closed, log);
  if (!feed) return std::unexpected(std::move(feed).error());
  // Outlives the run: a signal at its very end must not leave the staging directory behind.
  Interrupts interrupts(loop.get_executor());
  auto staging = open_staging();
  if (!staging) return std::unexpected(std::move(staging).error());

  auto memory = check_memory(options);
  if (!memory) return std::unexpected(std::move(memory).error());
  auto exporter = open_metrics(options, log);
  if (!exporter) return std::unexpected(std::move(exporter).error());
  options.driver.invocation = fresh_run_id();
  auto journal = open_journal(options);
  if (!journal) return std::unexpected(std::move(journal).error());
  if (*journal) options.run_id = (*journal)->run;
  if (*journal && options.resume) log_resumption(log, **journal);
  if (options.run_id.empty()) options.run_id = fresh_run_id();
  options.driver.run_id = options.run_id;
  if (!options.resume) log.info("run {}", options.run_id);

  const auto begun = std::chrono::steady_clock::now();
  UpRun run(loop, options, printer,
            {.feed = std::move(*feed),
             .results = std::move(*results),
             .staging = std::move(*staging),
             .journal = std::move(*journal),
             .exporter = std::move(*exporter)},
            interrupts);
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
