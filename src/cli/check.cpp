// `smolfleet check`.
#include "smolfleet/cli/check.hpp"

#include "smolfleet/check/examiner.hpp"
#include "smolfleet/check/json.hpp"
#include "smolfleet/check/text.hpp"
#include "smolfleet/cli/host_setup.hpp"
#include "smolfleet/cli/running.hpp"
#include "smolfleet/cli/streams.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/own_stream.hpp"
#include "smolfleet/fleet/feed.hpp"
#include "smolfleet/fleet/plan_line.hpp"
#include "smolfleet/results/writer.hpp"

#include <spdlog/logger.h>
#include <unistd.h>

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <utility>

namespace smolfleet::cli {
namespace {

using core::Awaitable;
using core::OwnStream;

/// What goes to stdout, in messages; the table of exit statuses calls it so too.
constexpr auto what_check_prints = "the verdicts";

/// A check under way.
class Check {
 public:
  Check(asio::io_context& loop, const CheckOptions& options, OwnStream feed, OwnStream report)
      : options_(options),
        feed_(std::move(feed), feed_name(options.feed)),
        writer_(
            loop.get_executor(), std::move(report), queued_results, [this] { feed_.stop(); },
            what_check_prints),
        examiner_(options.driver),
        text_(core::Palette(shows_colours(STDOUT_FILENO)),
              options.quiet ? check::TextReport::Detail::brief : check::TextReport::Detail::full) {}

  Awaitable<void> run() {
    if (!options_.json) co_await writer_.write(opening());
    while (true) {
      auto line = co_await feed_.next();
      if (!line) feed_fault_ = line.error();
      if (!line || !*line) break;
      co_await judge(**line);
    }
    const bool whole = !feed_fault_ && !writer_.fault();
    if (whole) co_await writer_.write(options_.json ? to_line(tally_) : text_.closing(tally_));
    co_await writer_.flush();
  }

  [[nodiscard]] int exit_status(spdlog::logger& log) const {
    if (feed_fault_) log.error("{}", *feed_fault_);
    if (writer_.fault()) log.error("{}", *writer_.fault());
    if (feed_fault_ || writer_.fault()) return stream_broke;
    return tally_.bad == 0 ? all_ok : some_not_ok;
  }

 private:
  Awaitable<void> judge(const core::Line& line) {
    const auto unknown_keys =
        options_.strict ? plan::UnknownKeys::refused : plan::UnknownKeys::noted_outside;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto verdict = examiner_.examine(fleet::read_plan(line, unknown_keys), now);
    tally_.count(verdict);
    if (options_.quiet && !verdict.is_noteworthy()) co_return;
    co_await writer_.write(options_.json ? to_line(verdict) : text_.part_of(verdict));
  }

  [[nodiscard]] std::string opening() const {
    check::Opening opening{.feed = feed_name(options_.feed), .run = {}};
    if (!options_.run_id.empty()) opening.run = options_.run_id;
    return text_.opening(opening);
  }

  const CheckOptions& options_;
  fleet::Feed feed_;
  results::Writer writer_;
  check::Examiner examiner_;
  check::TextReport text_;
  check::Tally tally_;
  std::optional<std::string> feed_fault_;
};

/// A smolvm that is not there is no fault of the feed, which may be checked on another host.
std::string program_of(const std::string& smolvm, spdlog::logger& log) {
  auto found = find_program(smolvm);
  if (!found) log.warn("{}", found.error());
  return found.value_or(smolvm);
}

std::expected<int, NoRun> run_check(asio::io_context& loop, CheckOptions& options,
                                    ClosedStreams closed, spdlog::logger& log) {
  auto report = open_results(loop.get_executor(), closed, what_check_prints);
  if (!report) return std::unexpected(std::move(report).error());
  auto feed = open_feed(loop.get_executor(), options.feed, closed, log);
  if (!feed) return std::unexpected(std::move(feed).error());
  options.driver.executable = program_of(options.smolvm, log);
  options.driver.run_id = options.run_id.empty() ? std::string(check::run_name) : options.run_id;
  options.driver.invocation = check::invocation_name;
  Check check(loop, options, std::move(*feed), std::move(*report));
  const auto driven = drive(loop, check.run(), {.ended = [] {}, .last_words = [] {}}, log);
  if (!driven) return std::unexpected(driven.error());
  return check.exit_status(log);
}

}  // namespace

int check(CheckOptions options) {
  return run_command({}, [&options](asio::io_context& loop, ClosedStreams closed, Log& log) {
    return run_check(loop, options, closed, log.lines());
  });
}

}  // namespace smolfleet::cli
