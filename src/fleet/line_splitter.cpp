// Splitting the feed into lines.
#include "smolfleet/fleet/line_splitter.hpp"

namespace smolfleet::fleet {
namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::string_view without_cr(std::string_view text) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

void LineSplitter::append(std::string_view chunk) {
  drop_consumed();
  buffer_.append(chunk);
}

void LineSplitter::drop_consumed() {
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
}

std::optional<Line> LineSplitter::take() {
  while (auto line = take_raw()) {
    if (line->too_long || !is_blank(line->text)) return line;
  }
  return std::nullopt;
}

std::optional<Line> LineSplitter::take_raw() {
  while (true) {
    const auto end = buffer_.find('\n', scanned_);
    if (end == std::string::npos) return take_unended();
    const auto text = without_cr(std::string_view(buffer_).substr(begin_, end - begin_));
    begin_ = scanned_ = end + 1;
    if (skipping_) {
      skipping_ = false;
      continue;
    }
    ++number_;
    if (text.size() > longest_) return Line{.number = number_, .text = {}, .too_long = true};
    return Line{.number = number_, .text = std::string(text), .too_long = false};
  }
}

/// What is in the buffer has no line end: yet, or for ever.
std::optional<Line> LineSplitter::take_unended() {
  const auto text = std::string_view(buffer_).substr(begin_);
  scanned_ = buffer_.size();
  // One byte more than allowed may still be the CR of a line end.
  const bool too_long = text.size() > longest_ + 1;
  if (!skipping_ && too_long) {
    skipping_ = true;
    begin_ = scanned_;
    return Line{.number = ++number_, .text = {}, .too_long = true};
  }
  if (skipping_) begin_ = scanned_;
  if (skipping_ || !finished_ || text.empty()) return std::nullopt;
  begin_ = scanned_;
  const auto last = without_cr(text);
  if (last.size() > longest_) return Line{.number = ++number_, .text = {}, .too_long = true};
  return Line{.number = ++number_, .text = std::string(last), .too_long = false};
}

}  // namespace smolfleet::fleet
