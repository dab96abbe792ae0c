// The queue, and the block below it.
#include "cli/patient_sink.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace smolfleet::cli {
namespace {

/// Lines that may wait for a reader of stderr that stands still; what comes beyond is counted.
constexpr std::size_t queued_bytes = 1024 * std::size_t{1024};
/// How long the end of the run waits for such a reader.
constexpr std::chrono::milliseconds last_wait(2000);
/// Of a terminal that does not say how wide it is.
constexpr std::size_t usual_width = 80;

// ECMA-48. While a block is shown the cursor stands at its beginning: terminals that wrap lines
// anew when they get narrower keep the cursor with its character, so that what is erased from there
// on is the whole block and nothing else.
constexpr std::string_view erase_below = "\r\x1b[J";
constexpr std::string_view one_up = "\x1b[A";

}  // namespace

PatientSink::PatientSink(core::OwnStream stream) : stream_(std::move(stream)) {}

PatientSink::~PatientSink() {
  show_block({});
  const auto until = std::chrono::steady_clock::now() + last_wait;
  while (!write_queued() && wait_for_reader(until)) {
  }
}

void PatientSink::print(std::string_view text) {
  take_block_away();
  add(text);
  if (write_queued()) put_block_back();
}

void PatientSink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  print({line.data(), line.size()});
}

void PatientSink::flush_() {
  std::ignore = write_queued();
}

void PatientSink::add(std::string_view lines) {
  std::ignore = write_queued();
  if (queue_.size() >= queued_bytes) {
    ++dropped_;
    return;
  }
  queue_.append(lines);
}

std::optional<std::size_t> PatientSink::terminal_width() const {
  const char* const kind = std::getenv("TERM");
  const std::string_view terminal(kind == nullptr ? "dumb" : kind);
  if (::isatty(fd()) == 0 || terminal.empty() || terminal == "dumb") return std::nullopt;
  winsize size{};
  const bool is_known = ::ioctl(fd(), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : usual_width;
}

void PatientSink::show_block(std::string block) {
  if (block == block_ && block_is_shown_) return;
  block_ = std::move(block);
  block_width_ = terminal_width().value_or(0);
  take_block_away();
  if (write_queued()) put_block_back();
}

void PatientSink::take_block_away() {
  if (std::exchange(block_is_shown_, false)) queue_.append(erase_below);
}

/// Only when all else is written: a terminal that stands still has enough to show, and must not
/// fill the queue with blocks. In one that has become narrower the block would wrap.
void PatientSink::put_block_back() {
  const auto width = terminal_width().value_or(0);
  if (block_.empty() || width < block_width_) return;
  block_is_shown_ = true;
  queue_.append(block_);
  for (auto lines = std::ranges::count(block_, '\n'); lines > 0; --lines)
    queue_.append(one_up);
  queue_.append("\r");
  std::ignore = write_queued();
}

/// Whether nothing is left to write, or nobody to write to.
bool PatientSink::write_queued() {
  while (!queue_.empty()) {
    const auto count = ::write(fd(), queue_.data(), queue_.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return false;
    queue_.erase(0, count < 0 ? std::string::npos : static_cast<std::size_t>(count));
  }
  if (dropped_ == 0) return true;
  queue_ =
      fmt::format("({} log lines were dropped: nobody read stderr)\n", std::exchange(dropped_, 0));
  return write_queued();
}

bool PatientSink::wait_for_reader(std::chrono::steady_clock::time_point until) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  pollfd ready{.fd = fd(), .events = POLLOUT, .revents = 0};
  return left.count() > 0 && ::poll(&ready, 1, static_cast<int>(left.count())) > 0;
}

int PatientSink::fd() const {
  return stream_.descriptor().native_handle();
}

}  // namespace smolfleet::cli
