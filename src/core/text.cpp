// UTF-8 by the table of well-formed byte sequences (Unicode 15, table 3-7).
#include "smolfleet/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace smolfleet::core {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view ellipsis = "\xE2\x80\xA6";
constexpr std::size_t longest_continuation = 3;
constexpr std::string_view white_space = " \t\n\v\f\r";

/// One character, or the longest beginning of one that is ill-formed.
struct Character {
  std::size_t size = 1;
  bool valid = false;
  char32_t code_point = 0;
};

unsigned byte_at(std::string_view text, std::size_t position) {
  return static_cast<unsigned char>(text[position]);
}

bool is_continuation(unsigned byte) {
  return (byte & 0xC0U) == 0x80U;
}

/// What may follow a lead byte: how many bytes, and the range of the first of them. It is narrower
/// than 80…BF where overlong forms, surrogates and values above U+10FFFF would begin.
struct Continuation {
  std::size_t count = 0;
  unsigned low = 0x80;
  unsigned high = 0xBF;
};

Continuation continuation_of(unsigned lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return {.count = 1};
  if (lead == 0xE0) return {.count = 2, .low = 0xA0};
  if (lead == 0xED) return {.count = 2, .high = 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF) return {.count = 2};
  if (lead == 0xF0) return {.count = 3, .low = 0x90};
  if (lead == 0xF4) return {.count = 3, .high = 0x8F};
  if (lead >= 0xF1 && lead <= 0xF3) return {.count = 3};
  return {};
}

/// The character that begins at `position`, which lies in `text`.
Character character_at(std::string_view text, std::size_t position) {
  const auto lead = byte_at(text, position);
  if (lead < 0x80) return {.size = 1, .valid = true, .code_point = lead};
  const auto rest = continuation_of(lead);
  Character character{.code_point = lead & (0x3FU >> rest.count)};
  while (character.size <= rest.count && position + character.size < text.size()) {
    const auto byte = byte_at(text, position + character.size);
    const bool first = character.size == 1;
    const bool fits = first ? byte >= rest.low && byte <= rest.high : is_continuation(byte);
    if (!fits) return character;
    character.code_point = (character.code_point << 6U) | (byte & 0x3FU);
    ++character.size;
  }
  character.valid = rest.count > 0 && character.size == rest.count + 1;
  return character;
}

/// Whether a terminal or a line-based reader would act on it instead of showing it.
bool is_active(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t position = 0;
  while (position < text.size()) {
    const auto character = character_at(text, position);
    if (!character.valid) return position;
    position += character.size;
  }
  return std::string_view::npos;
}

std::string valid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto good = std::min(find_invalid_utf8(text), text.size());
    result.append(text.substr(0, good));
    text.remove_prefix(good);
    if (text.empty()) break;
    result.append(replacement);
    text.remove_prefix(character_at(text, 0).size);
  }
  return result;
}

std::string_view utf8_head(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  for (std::size_t back = 0; back <= std::min(limit, longest_continuation); ++back) {
    if (!is_continuation(byte_at(text, limit - back))) return text.substr(0, limit - back);
  }
  return text.substr(0, limit);  // ill-formed here: any cut is as good
}

std::string_view utf8_tail(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  const auto begin = text.size() - limit;
  for (std::size_t on = 0; on <= std::min(limit, longest_continuation); ++on) {
    if (on == limit || !is_continuation(byte_at(text, begin + on))) return text.substr(begin + on);
  }
  return text.substr(begin);
}

std::string printable(std::string_view text, std::size_t limit) {
  const auto shown = utf8_head(text, limit);
  std::string result;
  for (std::size_t position = 0; position < shown.size();) {
    const auto character = character_at(shown, position);
    if (!character.valid)
      result.append(replacement);
    else if (is_active(character.code_point))
      fmt::format_to(std::back_inserter(result), "\\u{:04x}",
                     static_cast<unsigned>(character.code_point));
    else
      result.append(shown.substr(position, character.size));
    position += character.size;
  }
  if (shown.size() < text.size()) result.append(ellipsis);
  return result;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(white_space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

}  // namespace smolfleet::core
