// Quoting, and breaking a command into lines.
#include "smolfleet/core/shell.hpp"

#include "smolfleet/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace smolfleet::core {

namespace {

bool is_plain(char c) {
  constexpr std::string_view marks = "@%+=:,./_-";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         marks.contains(c);
}

/// With every byte escaped that is not printable ASCII.
std::string ansi_quoted(std::string_view text) {
  std::string quoted = "$'";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\'' || c == '\\') {
      quoted += {'\\', c};
    } else if (c >= ' ' && c <= '~') {
      quoted += c;
    } else {
      fmt::format_to(std::back_inserter(quoted), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return quoted + "'";
}

/// Takes off `argv` what stays on one line.
std::string take_piece(std::span<const std::string>& argv) {
  const auto& first = argv.front();
  const bool is_option = first.starts_with('-');
  const bool has_value = is_option && argv.size() > 1 && !argv[1].starts_with('-');
  const auto count = first == "--" ? argv.size() : has_value ? 2 : 1;
  std::string piece;
  for (const auto& word : argv.first(count))
    piece += (piece.empty() ? "" : " ") + shell_word(word);
  argv = argv.subspan(count);
  return piece;
}

}  // namespace

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += R"('\'')";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string shell_word(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  if (printable(text, std::string::npos) != text) return ansi_quoted(text);
  const bool is_plain_in_doubles = text.find_first_of("\"$`\\!") == std::string_view::npos;
  if (text.contains('\'') && is_plain_in_doubles) return fmt::format("\"{}\"", text);
  return shell_quoted(text);
}

std::string shell_command(std::span<const std::string> argv, std::size_t column, std::size_t indent,
                          std::size_t width) {
  constexpr std::string_view line_end = " \\";
  std::string command;
  while (!argv.empty()) {
    const auto piece = take_piece(argv);
    const auto needed = piece.size() + 1 + (argv.empty() ? 0 : line_end.size());
    if (!command.empty() && column + needed > width) {
      command.append(line_end).append("\n").append(indent, ' ');
      column = indent;
    } else if (!command.empty()) {
      command += ' ';
      ++column;
    }
    command += piece;
    column += piece.size();
  }
  return command;
}

}  // namespace smolfleet::core
