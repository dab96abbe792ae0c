// Bytes into lines: pure, bounded, and never two lines in one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smolfleet::core {

struct Line {
  std::uint64_t number = 0;  ///< in the input, from 1, blank lines counted
  std::string text;          ///< without its line end; empty if too long
  bool too_long = false;
  bool ended = true;  ///< false: the input ends without a line end
};

/// Splits at LF and CRLF; blank lines are counted and left out. A line that is longer than
/// `longest` comes out once, as too long, and the rest of it is skipped. Holds at most `longest`
/// bytes and one chunk.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t longest) : longest_(longest) {}

  void append(std::string_view chunk);
  /// Nothing more will come: what is left is a line, though it has no end.
  void finish() { finished_ = true; }
  /// The next line; nothing: append more, or it was the last one.
  [[nodiscard]] std::optional<Line> take();

  /// Bytes that were appended and are in no line yet that was taken.
  [[nodiscard]] std::size_t held() const { return buffer_.size() - begin_; }

 private:
  [[nodiscard]] std::optional<Line> take_raw();
  [[nodiscard]] std::optional<Line> take_unended();
  [[nodiscard]] Line line_of(std::string_view text, bool ended);
  void drop_consumed();

  std::size_t longest_;
  std::string buffer_;
  std::size_t begin_ = 0;    ///< where the current line begins in the buffer
  std::size_t scanned_ = 0;  ///< up to where there is no LF
  std::uint64_t number_ = 0;
  bool skipping_ = false;  ///< the current line was given out as too long
  bool finished_ = false;
};

}  // namespace smolfleet::core
