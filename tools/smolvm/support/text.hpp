// Text put together from its parts; the only formatting that the stand-in needs.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace smolfleet::standin {

inline void append(std::string& text, std::string_view part) {
  text += part;
}
inline void append(std::string& text, std::integral auto part) {
  text += std::to_string(part);
}

/// The parts in a row: strings as they are, integers in decimal.
template <typename... Parts>
[[nodiscard]] std::string cat(const Parts&... parts) {
  std::string text;
  (append(text, parts), ...);
  return text;
}

/// What Rust prints for an errno, for example "No such file or directory (os error 2)".
[[nodiscard]] std::string os_error(int error);

/// How smolvm words a start that failed.
[[nodiscard]] std::string start_failed(std::string_view reason);

}  // namespace smolfleet::standin
