// The pseudo terminal and its screen.
#include "terminal.hpp"

#include "program.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>

namespace smolfleet::test {
namespace {

[[noreturn]] void give_up(std::string_view why, const std::vector<std::string>& screen) {
  fmt::print(stderr, "terminal: {}; it shows:\n{}\n", why, fmt::join(screen, "\n"));
  std::abort();
}

}  // namespace

Terminal::Terminal(std::size_t columns, std::size_t rows)
    : own_end_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)), columns_(columns) {
  CHECK(::grantpt(own_end_.get()) == 0);
  CHECK(::unlockpt(own_end_.get()) == 0);
  std::array<char, 64> name{};
  CHECK(::ptsname_r(own_end_.get(), name.data(), name.size()) == 0);
  program_end_ = core::UniqueFd(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  CHECK(program_end_);
  resize(columns, rows);
}

void Terminal::resize(std::size_t columns, std::size_t rows) {
  columns_ = columns;
  winsize size{};
  size.ws_col = static_cast<unsigned short>(columns);
  size.ws_row = static_cast<unsigned short>(rows);
  CHECK(::ioctl(own_end_.get(), TIOCSWINSZ, &size) == 0);
}

void Terminal::read_until(std::string_view text) {
  while (fmt::format("{}", fmt::join(lines_, "\n")).find(text) == std::string::npos) {
    if (!read_more()) give_up(fmt::format("ended without '{}'", text), lines_);
  }
}

void Terminal::read_to_end() {
  program_end_ = {};
  while (read_more()) {
  }
}

bool Terminal::read_more() {
  pollfd ready{.fd = own_end_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, hard_limit_milliseconds) != 1) give_up("nothing came in time", lines_);
  std::array<char, 4096> buffer{};
  const auto count = ::read(own_end_.get(), buffer.data(), buffer.size());
  for (ssize_t i = 0; i < count; ++i)
    take(buffer[static_cast<std::size_t>(i)]);
  return count > 0;
}

void Terminal::take(char c) {
  if (!sequence_.empty() || c == '\x1b') {
    sequence_ += c;
    const bool is_complete =
        sequence_.size() > 2 && std::isalpha(static_cast<unsigned char>(c)) != 0;
    if (is_complete) take_sequence(std::exchange(sequence_, {}));
  } else if (c == '\r') {
    column_ = 0;
  } else if (c == '\n') {
    if (++row_ == lines_.size()) lines_.emplace_back();
  } else {
    put(c);
  }
}

void Terminal::take_sequence(std::string_view sequence) {
  if (sequence.starts_with("\x1b[") && sequence.ends_with('m')) return;
  has_moved_ = true;
  if (sequence == "\x1b[A") {
    row_ -= row_ > 0 ? 1 : 0;
  } else if (sequence == "\x1b[J") {
    lines_.resize(row_ + 1);
    lines_[row_].resize(column_);
  } else {
    give_up(fmt::format("it knows no '{}'", sequence.substr(1)), lines_);
  }
}

void Terminal::put(char c) {
  if (column_ == columns_) {
    column_ = 0;
    if (++row_ == lines_.size()) lines_.emplace_back();
  }
  auto& line = lines_[row_];
  if (line.size() <= column_) line.resize(column_ + 1, ' ');
  line[column_++] = c;
}

}  // namespace smolfleet::test
