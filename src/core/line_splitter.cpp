// Splitting at line ends.
#include "smolfleet/core/line_splitter.hpp"

namespace smolfleet::core {
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
    return line_of(text, true);
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
  return line_of(without_cr(text), false);
}

Line LineSplitter::line_of(std::string_view text, bool ended) {
  Line line{.number = ++number_, .text = {}, .too_long = text.size() > longest_, .ended = ended};
  if (!line.too_long) line.text = text;
  return line;
}

}  // namespace smolfleet::core
