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

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <expected>
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

/// Why a run did not begin, or broke off: what to say, and the exit status.
struct NoRun {
  std::string message;
  int status = not_started;
};

std::expected<OwnStream, NoRun> open_feed(const core::Executor& executor, const std::string& name,
                                          bool stdin_closed) {
  if (name == "-" && stdin_closed) {
    return std::unexpected(NoRun{"cannot read the feed: stdin is closed", stream_broke});
  }
  auto stream = name == "-"
                    ? OwnStream::of_inherited(executor, STDIN_FILENO, OwnStream::Direction::read)
                    : OwnStream::open_to_read(executor, name);
  if (stream) return std::move(*stream);
  return std::unexpected(NoRun{fmt::format("cannot read the feed from {}: {}",
                                           name == "-" ? "stdin" : name, stream.error().message()),
                               stream_broke});
}

std::expected<OwnStream, NoRun> open_results(const core::Executor& executor, bool stdout_closed) {
  auto stream = stdout_closed
                    ? OwnStream::Opened(std::unexpect, EBADF, std::generic_category())
                    : OwnStream::of_inherited(executor, STDOUT_FILENO, OwnStream::Direction::write);
  if (stream) return std::move(*stream);
  return std::unexpected(NoRun{
      fmt::format("cannot write results to stdout: {}", stream.error().message()), stream_broke});
}

std::expected<ca::Staging, NoRun> open_staging() {
  const char* const parent = std::getenv("TMPDIR");
  auto staging = ca::Staging::create(parent == nullptr || *parent == 0 ? "/tmp" : parent);
  if (!staging) return std::unexpected(NoRun{std::move(staging).error()});
  return std::move(*staging);
}

/// Whether whoever started us wants the signal to be ignored: nohup(1), a shell's background job.
bool is_ignored(int signal) {
  struct sigaction inherited{};
  return ::sigaction(signal, nullptr, &inherited) == 0 && inherited.sa_handler == SIG_IGN;
}

/// The signals that end a run, caught from now on, whether or not somebody waits for them yet.
void catch_signals(asio::signal_set& signals) {
  signals.add(SIGTERM);
  for (const int signal : {SIGINT, SIGHUP}) {
    if (!is_ignored(signal)) signals.add(signal);
  }
}

/// Everything that a run consists of, in the order in which it must be taken down again.
class Run {
 public:
  Run(asio::io_context& loop, UpOptions& options, spdlog::logger& log, OwnStream feed,
      OwnStream results, ca::Staging staging, asio::signal_set& signals)
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
        signals_(signals) {}

  core::Awaitable<Summary> run() {
    await_signal();
    return fleet_.run();
  }
  /// Lets the loop end, when `run` has: a signal that comes now comes too late to change anything.
  void stop_waiting_for_signals() {
    over_ = true;
    signals_.cancel();
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
      if (error || over_) return;
      if (signal_) {
        writer_.give_up();
      } else {
        signal_ = signal;
        log_.warn("SIG{}: ending what is in flight", ::sigabbrev_np(signal));
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
  asio::signal_set& signals_;
  std::optional<int> signal_;
  bool over_ = false;
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
    run.stop_waiting_for_signals();
  });
  loop.run();
  if (error) std::rethrow_exception(error);
  return summary;
}

void fit_jobs(UpOptions& options, spdlog::logger& log) {
  const auto limit = raise_descriptor_limit();
  const auto fitting = jobs_that_fit(limit - std::min(limit, descriptors_in_use()));
  if (options.jobs <= fitting) return;
  log.warn(
      "--jobs {} lowered to {}: only {} file descriptors may be open; raise the hard limit "
      "(ulimit -Hn, LimitNOFILE=)",
      options.jobs, fitting, limit);
  options.jobs = fitting;
}

std::expected<int, NoRun> run_up(asio::io_context& loop, UpOptions& options, ClosedStreams closed,
                                 spdlog::logger& log) {
  auto executable = find_program(options.smolvm);
  if (!executable) return std::unexpected(NoRun{std::move(executable).error()});
  options.driver.executable = std::move(*executable);
  if (options.run_id.empty()) options.run_id = fresh_run_id();
  options.driver.run_id = options.run_id;
  fit_jobs(options, log);
  auto results = open_results(loop.get_executor(), closed.out);
  if (!results) return std::unexpected(std::move(results).error());
  auto feed = open_feed(loop.get_executor(), options.feed, closed.in);
  if (!feed) return std::unexpected(std::move(feed).error());
  // Outlives the run: a signal at its very end must not leave the staging directory behind.
  asio::signal_set signals(loop);
  catch_signals(signals);
  auto staging = open_staging();
  if (!staging) return std::unexpected(std::move(staging).error());

  const auto begun = std::chrono::steady_clock::now();
  Run run(loop, options, log, std::move(*feed), std::move(*results), std::move(*staging), signals);
  try {
    const auto summary = drive(loop, run);
    log_end(log, summary, run, std::chrono::steady_clock::now() - begun);
    return exit_status(summary, run);
  } catch (const std::exception& error) {
    return std::unexpected(
        NoRun{fmt::format("internal error, the results are not complete; please report it ({})",
                          error.what()),
              stream_broke});
  }
}

}  // namespace

int up(UpOptions options) {
  const auto closed = prepare_process();
  asio::io_context loop(1);
  const auto log = open_log(loop.get_executor(), options.log);
  const auto status = run_up(loop, options, closed, *log);
  if (!status) log->error("{}", status.error().message);
  return status ? *status : status.error().status;
}

}  // namespace smolfleet::cli
