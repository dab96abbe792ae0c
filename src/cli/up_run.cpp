// The parts, built and connected.
#include "cli/up_run.hpp"

#include "smolfleet/cli/running.hpp"
#include "smolfleet/cli/streams.hpp"

#include "cli/version.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <cstdint>
#include <filesystem>
#include <random>
#include <system_error>
#include <utility>

namespace smolfleet::cli {
namespace {

bringup::Widths widths(const UpOptions& options) {
  return {.create = options.create_slots,
          .boot = {
              .slots = options.boot_slots, .most = options.jobs, .per_second = options.start_rate}};
}

}  // namespace

/// How the guests of a run are removed, in words that follow what is left of it.
std::string removal_of(const std::string& run_id) {
  return fmt::format(
      "`smolfleet down --run {}` removes all of the run, or, where smolvm has no labels, "
      "`smolfleet "
      "down` with its feed",
      run_id);
}

void RetryLog::retried(const results::Subject& plan, std::string_view phase,
                       std::chrono::duration<double> pause) {
  log_.debug("line {}: {} of {} is tried again after {:.6f} s", plan.line, phase, plan.target,
             pause.count());
}

UpRun::UpRun(asio::io_context& loop, const UpOptions& options, Log& log, UpParts parts,
             Interrupts& interrupts)
    : log_(log.lines()),
      run_id_(options.run_id),
      smolvm_(options.driver),
      runner_(loop.get_executor()),
      orphans_(loop.get_executor(), runner_),
      host_(loop.get_executor(), smolvm_, runner_, clock_, widths(options),
            [this](std::size_t width) { log_.debug("{} starts at a time", width); }),
      staging_(std::move(parts.staging)),
      dice_(std::random_device()()),
      feed_(std::move(parts.feed), feed_name(options.feed)),
      writer_(loop.get_executor(), std::move(parts.results), queued_results,
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
      memory_(reserve(loop.get_executor(), options)),
      journal_(parts.journal ? std::make_unique<journal::Journal>(loop.get_executor(),
                                                                  std::move(*parts.journal),
                                                                  [this] { fleet_.cancel(); })
                             : nullptr),
      exporter_(std::move(parts.exporter)),
      fleet_(loop.get_executor(), fleet_options(options), feed_, writer_, services_, log_),
      progress_(loop.get_executor(), log, tally_, feed_),
      early_end_(loop, interrupts, log_, stoppable()) {
  audience_.add(tally_);
  audience_.add(retries_);
  if (options.events) audience_.add(events_);
  if (exporter_) begin_metering(options.jobs);
}

core::Awaitable<void> UpRun::run(fleet::Summary& summary) {
  early_end_.listen();
  orphans_.listen();
  progress_.start();
  auto body = [&](core::Scope& beside) { return run_fleet(beside, summary); };
  co_await core::with_scope(body);
}
void UpRun::stop_listening() {
  early_end_.stop();
  orphans_.stop();
  progress_.stop();
}

void UpRun::say_last_words() {
  progress_.stop();
  const auto& left = fleet_.in_flight();
  log_.error("left with {} plans unanswered: {}; {}", left.size(), first_names(left, left.size()),
             removal_of(run_id_));
  std::error_code ignored;
  std::filesystem::remove_all(staging_.directory(), ignored);
}

core::Awaitable<void> UpRun::run_fleet(core::Scope& beside, fleet::Summary& summary) {
  if (exporter_) beside.spawn(exporter_->run(export_tools()));
  summary = co_await fleet_.run();
  beside.cancel();
}

void UpRun::begin_metering(std::size_t jobs) {
  metrics_ =
      std::make_unique<metrics::FleetMetrics>(version, [this, jobs] { return situation(jobs); });
  audience_.add(*metrics_);
}

metrics::Situation UpRun::situation(std::size_t jobs) const {
  const bool waits_for_memory = memory_ && memory_->is_waited_for();
  return {.lines_read = feed_.lines(),
          .jobs = jobs,
          .boot_slots = host_.boot_width(),
          .children = runner_.children(),
          .waiting_for_memory = waits_for_memory ? 1U : 0U,
          .waiting_for_create = host_.waiting_to_create(),
          .waiting_for_start = host_.waiting_to_boot()};
}

metrics::ExportTools UpRun::export_tools() {
  return {.clock = clock_,
          .text = [this] { return metrics_->text(); },
          .on_fault = [this](const std::string& fault) { log_.warn("{}", fault); }};
}

std::unique_ptr<admission::MemoryReserve> UpRun::reserve(const core::Executor& executor,
                                                         const UpOptions& options) {
  if (!options.memory_reserve) return nullptr;
  return std::make_unique<admission::MemoryReserve>(
      executor, *options.memory_reserve, admission::read_host_memory,
      [this, reserve = *options.memory_reserve](admission::HostMemory host, std::uint64_t promised,
                                                std::uint64_t wanted) {
        log_.warn(
            "waiting for memory: the next guest may claim {} MiB, the guests in flight {} MiB, "
            "and of the {} MiB available {} are kept in reserve",
            wanted, promised, host.available, reserve);
      });
}

fleet::Options UpRun::fleet_options(const UpOptions& options) {
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

Stoppable UpRun::stoppable() {
  return {.reads = "plans",
          .cleans_up = true,
          .drain = [this] { fleet_.drain(); },
          .cancel = [this] { fleet_.cancel(); },
          .leave = [this] { fleet_.leave(); },
          .in_flight = [this] { return fleet_.in_flight().size(); },
          .last_words = [this] { say_last_words(); }};
}

}  // namespace smolfleet::cli
