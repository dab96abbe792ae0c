// The mistakes that people and their programs make.
#include "plan/syntax_hint.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace smolfleet::plan {

namespace {

constexpr std::string_view general = "Write one JSON object per line, in UTF-8.";
constexpr std::string_view on_one_line =
    "The whole object must stand on one line: `jq -c . FILE` makes it so.";

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/// What stands around a place in a line.
struct Surroundings {
  char at = 0;            ///< the byte itself
  char just_before = 0;   ///< 0: it is the first
  char before = 0;        ///< the last byte before the word it is in that is no white space
  char after = 0;         ///< the first one behind that word, or the byte, in the same way
  std::string_view word;  ///< empty: it is in none
};

Surroundings look_around(std::string_view line, std::size_t place) {
  auto begin = place;
  while (begin > 0 && is_word_character(line[begin - 1]))
    --begin;
  auto end = begin;
  while (end < line.size() && is_word_character(line[end]))
    ++end;
  Surroundings found{.at = line[place], .word = line.substr(begin, end - begin)};
  if (found.word.empty()) ++end;
  if (place > 0) found.just_before = line[place - 1];
  while (begin > 0 && is_space(line[begin - 1]))
    --begin;
  if (begin > 0) found.before = line[begin - 1];
  while (end < line.size() && is_space(line[end]))
    ++end;
  if (end < line.size()) found.after = line[end];
  return found;
}

bool is_literal_of_another_language(std::string_view word) {
  constexpr auto literals =
      std::to_array<std::string_view>({"None", "True", "False", "NULL", "TRUE", "FALSE", "NaN",
                                       "nan", "Infinity", "inf", "nil", "undefined"});
  return std::ranges::find(literals, word) != literals.end();
}

/// As the second line of an indented object begins, and its last.
bool is_inner_line(std::string_view line) {
  const auto begin = line.find_first_not_of(" \t");
  return begin != std::string_view::npos && std::string_view("\"}]").contains(line[begin]);
}

bool ends_value(char c) {
  return c == '"' || c == '}' || c == ']' || is_word_character(c);
}

std::string_view advice_on(const Surroundings& here) {
  const bool is_control = static_cast<unsigned char>(here.at) < ' ';
  const bool closes = here.at == '}' || here.at == ']';
  if (is_control)
    return "Write control characters in strings as JSON does: \\t, \\n or \\u001b, for example.";
  if (here.just_before == '\\')
    return "A backslash in a string begins an escape such as \\n: write \\\\ for the backslash "
           "itself.";
  if (here.at == '\'') return "Write strings and keys in double quotes.";
  if (closes && here.before == ',') return "Take out the comma before it.";
  if (here.at == ',' && here.before == '}' && here.after == 0)
    return "Take out the comma behind the object: each stands on a line of its own.";
  if (here.at == '/' || here.at == '#') return "JSON has no comments.";
  if (is_literal_of_another_language(here.word))
    return "JSON has null, true and false, and no NaN or Infinity.";
  if (!here.word.empty() && here.after == ':' && (here.before == '{' || here.before == ','))
    return "Write strings and keys in double quotes.";
  if (here.at == '"' && ends_value(here.before))
    return "A comma or a colon is missing before it, or a \\ before a quote in a string.";
  return general;
}

}  // namespace

std::string syntax_hint(std::string_view line, std::size_t position) {
  if (line.contains('\0')) return encoding_hint(line);
  if (position == 0 || position > line.size() || is_inner_line(line))
    return std::string(on_one_line);
  return std::string(advice_on(look_around(line, position - 1)));
}

std::string encoding_hint(std::string_view line) {
  const bool has_mark = line.starts_with("\xFF\xFE") || line.starts_with("\xFE\xFF");
  if (has_mark || line.contains('\0'))
    return "If the feed is UTF-16, convert it: iconv -f utf-16 -t utf-8 FILE";
  return "The feed must be UTF-8. If it is Latin-1, convert it: iconv -f latin1 -t utf-8 FILE";
}

}  // namespace smolfleet::plan
