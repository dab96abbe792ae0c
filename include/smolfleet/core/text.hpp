// Text from outside, made fit for messages, logs and results: UTF-8 repaired, cut, made harmless.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace smolfleet::core {

/// Where the first byte stands, from 0, that belongs to no well-formed UTF-8 (RFC 3629); npos: all
/// of it is well-formed.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);

/// `text` with U+FFFD in place of each ill-formed sequence.
[[nodiscard]] std::string valid_utf8(std::string_view text);

/// The longest beginning or end of `text` that has at most `limit` bytes and splits no character of
/// well-formed UTF-8.
[[nodiscard]] std::string_view utf8_head(std::string_view text, std::size_t limit);
[[nodiscard]] std::string_view utf8_tail(std::string_view text, std::size_t limit);

/// `text` as a message can show it on any terminal: valid UTF-8; control characters, line
/// separators and marks that turn the direction of writing as \uXXXX; '…' after `limit` bytes of
/// the original. Backslashes stay as they are, so a text that went through it once comes through
/// unchanged.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit);

/// `text` without white space (ASCII) at its beginning and its end.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace smolfleet::core
