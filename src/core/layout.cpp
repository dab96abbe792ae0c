// Breaking lines, and escape sequences.
#include "smolfleet/core/layout.hpp"

#include <algorithm>
#include <string>

namespace smolfleet::core {

namespace {

/// Code points: every byte that does not continue one.
std::size_t length_of(std::string_view word) {
  return static_cast<std::size_t>(std::ranges::count_if(
      word, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string paragraph(std::string_view text, std::size_t column, std::size_t indent,
                      std::size_t width) {
  std::string result;
  bool begins = true;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto length = length_of(word);
    if (!begins && column + 1 + length > width) {
      result += '\n';
      result.append(indent, ' ');
      column = indent;
    } else if (!begins) {
      result += ' ';
      ++column;
    }
    result += word;
    column += length;
    begins = false;
  }
  return result;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count).append(" ").append(plural(count, one, many));
}

std::string Palette::in(std::string_view colour, std::string_view text) const {
  if (!has_colours_) return std::string(text);
  return std::string("\x1b[").append(colour).append("m").append(text).append("\x1b[0m");
}

}  // namespace smolfleet::core
