// `smolfleet up`.
#include "smolfleet/cli/up.hpp"

#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/ca/staging.hpp"
#include "smolfleet/cli/host_setup.hpp"
#include "smolfleet/cli/log.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/clock.hpp"
#include "smolfleet/core/own_stream.hpp"
#include "smolfleet/fleet/feed.hpp"
#include "smolfleet/fleet/fleet.hpp"
#include "smolfleet/process/runner.hpp"
#include "smolfleet/results/writer.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <exception>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace smolfleet::cli {
namespace {

using core::OwnStream;
using fleet::Summary;
using results::Status;

constexpr int all_ok = 0;
constexpr int some_not_ok = 1;
constexpr int not_started = 2;
constexpr int stream_broke = 3;
constexpr int by_signal = 128;

/// Results that may wait for their reader before the feed has to.
constexpr std::size_t queued_results = 1024 * std::size_t{1024};

/// Why a run did not begin: what to say, and the exit status.
struct NotBegun {
  std::string message;
  int status = not_started;
};

std::expected<OwnStream, NotBegun> open_feed(const core::Executor& executor,
                                             const std::string& name, bool stdin_closed) {
  if (name == "-" && stdin_closed) {
    return std::unexpected(NotBegun{"cannot read the feed: stdin is closed", stream_broke});
  }
  auto stream = name == "-"
                    ? OwnStream::of_inherited(executor, STDIN_FILENO, OwnStream::Direction::read)
                    : OwnStream::open_to_read(executor, name);
  if (stream) return std::move(*stream);
  return std::unexpected(
      NotBegun{fmt::format("cannot read the feed from {}: {}", name == "-" ? "stdin" : name,
                           stream.error().message()),
               stream_broke});
}

std::expected<OwnStream, NotBegun> open_results(const core::Executor& executor,
                                                bool stdout_closed) {
  auto stream = stdout_closed
                    ? OwnStream::Opened(std::unexpect, EBADF, std::generic_category())
                    : OwnStream::of_inherited(executor, STDOUT_FILENO, OwnStream::Direction::write);
  if (stream) return std::move(*stream);
  return std::unexpected(NotBegun{
      fmt::format("cannot write results to stdout: {}", stream.error().message()), stream_broke});
}

std::expected<ca::Staging, NotBegun> open_staging() {
  std::error_code error;
  const auto parent = std::filesystem::temp_directory_path(error);
  if (error) {
    return std::unexpected(
        NotBegun{"TMPDIR names no directory: set it to one that this user may "
                 "write to, or unset it for /tmp"});
  }
  auto staging = ca::Staging::create(parent);
  if (!staging) return std::unexpected(NotBegun{std::move(staging).error()});
  return std::move(*staging);
}

/// Everything that a run consists of, in the order in which it must be taken down again.
class Run {
 public:
  Run(asio::io_context& loop, UpOptions& options, spdlog::logger& log, OwnStream feed,
      OwnStream results, ca::Staging staging)
      : log_(log),
        smolvm_(options.driver),
        runner_(loop.get_executor()),
        host_(loop.get_executor(), smolvm_, runner_,
              bringup::Widths{.create = options.create_slots, .boot = options.boot_slots}),
        staging_(std::move(staging)),
        dice_(std::random_device()()),
        feed_(std::move(feed), options.feed == "-" ? "stdin" : options.feed),
        writer_(loop.get_executor(), std::move(results), queued_results,
                [this] { fleet_.cancel(); }),
        services_{.smolvm = smolvm_,
                  .runner = runner_,
                  .host = host_,
                  .staging = staging_,
                  .clock = clock_,
                  .dice = dice_,
                  .settle = options.settle,
                  .on_installed =
                      [this](const plan::Plan& plan, const results::Ca& ca) {
                        log_.info("{} trusts the {} CA {}", plan.target, ca.label,
                                  ca.fingerprint_sha256);
                      }},
        fleet_(loop.get_executor(), fleet_options(options), feed_, writer_, services_, log),
        signals_(loop, SIGINT, SIGTERM, SIGHUP) {}

  core::Awaitable<Summary> run() {
    await_signal();
    auto summary = co_await fleet_.run();
    signals_.cancel();
    co_return summary;
  }

  [[nodiscard]] std::optional<int> signal() const { return signal_; }
  [[nodiscard]] const std::optional<std::string>& result_fault() const { return writer_.fault(); }

 private:
  static fleet::Options fleet_options(const UpOptions& options) {
    return {.run_id = options.run_id,
            .jobs = options.jobs,
            .unknown_keys =
                options.strict ? plan::UnknownKeys::refused : plan::UnknownKeys::ignored_outside,
            .timeout = options.timeout};
  }

  /// The first signal ends what is in flight; the second also gives up on results that nobody
  /// reads.
  void await_signal() {
    signals_.async_wait([this](std::error_code error, int signal) {
      if (error) return;
      if (signal_) {
        writer_.give_up();
      } else {
        signal_ = signal;
        log_.warn("signal {}: ending what is in flight", signal);
        fleet_.cancel();
      }
      await_signal();
    });
  }

  spdlog::logger& log_;
  driver::Smolvm smolvm_;
  process::Runner runner_;
  bringup::Host host_;
  ca::Staging staging_;
  core::SteadyClock clock_;
  bringup::Dice dice_;
  fleet::Feed feed_;
  results::Writer writer_;
  bringup::Services services_;
  fleet::Fleet fleet_;
  asio::signal_set signals_;
  std::optional<int> signal_;
};

int exit_status(const Summary& summary, const Run& run) {
  if (run.signal()) return by_signal + *run.signal();
  if (summary.feed_fault || run.result_fault()) return stream_broke;
  const bool ok = summary.count(Status::failed) + summary.count(Status::rejected) +
                      summary.count(Status::cancelled) ==
                  0;
  return ok && !summary.timed_out ? all_ok : some_not_ok;
}

void log_end(spdlog::logger& log, const Summary& summary, const Run& run,
             std::chrono::duration<double> wall) {
  if (summary.feed_fault) log.error("{}", *summary.feed_fault);
  if (run.result_fault()) log.error("{}", *run.result_fault());
  if (summary.timed_out)
    log.error("the run's --timeout was reached; the feed was not read further");
  log.info("{} ok, {} failed, {} rejected, {} cancelled in {:.1f} s", summary.count(Status::ok),
           summary.count(Status::failed), summary.count(Status::rejected),
           summary.count(Status::cancelled), wall.count());
}

/// Runs the loop until the run has ended: it alone decides when.
Summary drive(asio::io_context& loop, Run& run) {
  Summary summary;
  std::exception_ptr error;
  asio::co_spawn(loop, run.run(), [&](std::exception_ptr thrown, Summary result) {
    error = std::move(thrown);
    summary = std::move(result);
  });
  loop.run();
  if (error) std::rethrow_exception(error);
  return summary;
}

void fit_jobs(UpOptions& options, spdlog::logger& log) {
  const auto limit = raise_descriptor_limit();
  const auto fitting = jobs_that_fit(limit);
  if (options.jobs <= fitting) return;
  log.warn(
      "--jobs {} lowered to {}: only {} file descriptors may be open; raise the hard limit "
      "(ulimit -Hn, LimitNOFILE=)",
      options.jobs, fitting, limit);
  options.jobs = fitting;
}

std::expected<int, NotBegun> run_up(UpOptions& options, ClosedStreams closed, spdlog::logger& log) {
  auto executable = find_program(options.smolvm);
  if (!executable) return std::unexpected(NotBegun{std::move(executable).error()});
  options.driver.executable = std::move(*executable);
  if (options.run_id.empty()) options.run_id = fresh_run_id();
  options.driver.run_id = options.run_id;
  fit_jobs(options, log);
  asio::io_context loop(1);
  auto results = open_results(loop.get_executor(), closed.out);
  if (!results) return std::unexpected(std::move(results).error());
  auto feed = open_feed(loop.get_executor(), options.feed, closed.in);
  if (!feed) return std::unexpected(std::move(feed).error());
  auto staging = open_staging();
  if (!staging) return std::unexpected(std::move(staging).error());

  const auto begun = std::chrono::steady_clock::now();
  Run run(loop, options, log, std::move(*feed), std::move(*results), std::move(*staging));
  const auto summary = drive(loop, run);
  log_end(log, summary, run, std::chrono::steady_clock::now() - begun);
  return exit_status(summary, run);
}

}  // namespace

int up(UpOptions options) {
  const auto closed = prepare_process();
  const auto log = open_log(options.log);
  const auto status = run_up(options, closed, *log);
  if (!status) log->error("{}", status.error().message);
  close_log();
  return status ? *status : status.error().status;
}

}  // namespace smolfleet::cli
