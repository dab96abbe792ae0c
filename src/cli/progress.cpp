// A timer, and what it draws.
#include "smolfleet/cli/progress.hpp"

#include "smolfleet/cli/host_setup.hpp"
#include "smolfleet/watch/status.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <system_error>

namespace smolfleet::cli {
namespace {

constexpr std::chrono::milliseconds tick(100);

}  // namespace

Progress::Progress(const core::Executor& executor, Log& log, const watch::Tally& tally,
                   const fleet::Feed& feed)
    : log_(log),
      tally_(tally),
      feed_(feed),
      timer_(executor),
      begun_(std::chrono::steady_clock::now()),
      pace_(begun_),
      palette_(shows_colours(STDERR_FILENO)) {}

void Progress::start() {
  if (log_.block_width() && ::isatty(STDOUT_FILENO) == 0) await_tick();
}

void Progress::stop() {
  over_ = true;
  timer_.cancel();
  log_.show_block({});
}

void Progress::await_tick() {
  timer_.expires_after(tick);
  timer_.async_wait([this](std::error_code error) {
    if (error || over_) return;
    // The terminal may have been resized since.
    if (const auto width = log_.block_width()) draw(*width);
    await_tick();
  });
}

void Progress::draw(std::size_t width) {
  const auto now = std::chrono::steady_clock::now();
  pace_.note(now, tally_.answered());
  watch::Outlook outlook{.elapsed = std::chrono::floor<std::chrono::seconds>(now - begun_)};
  // Plans that were read and not begun are answered all at once now: no pace, and no time, follows.
  outlook.is_ending = feed_.stopped();
  if (outlook.is_ending)
    return log_.show_block(watch::status_block(tally_, outlook, width, palette_));
  outlook.rate = pace_.rate();
  if (const auto length = feed_.length()) {
    const auto done = tally_.answered() + tally_.recalled();
    outlook.expected = std::max(length->lines, done);
    outlook.is_exact = length->is_exact;
    outlook.remaining = pace_.time_for(*outlook.expected - done);
  }
  log_.show_block(watch::status_block(tally_, outlook, width, palette_));
}

}  // namespace smolfleet::cli
