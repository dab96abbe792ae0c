// Text for people: paragraphs that fit a screen, and colours where there is one that shows them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace smolfleet::core {

/// What fits any terminal, in characters.
inline constexpr std::size_t screen_width = 80;

/// `text` in lines of at most `width` characters, broken at spaces; every line but the first is
/// indented by `indent`. `column` is where the first one begins. A word that is longer than a line
/// stays whole. Well-formed UTF-8 is counted in code points.
[[nodiscard]] std::string paragraph(std::string_view text, std::size_t column, std::size_t indent,
                                    std::size_t width = screen_width);

[[nodiscard]] constexpr std::string_view plural(std::uint64_t count, std::string_view one,
                                                std::string_view many) {
  return count == 1 ? one : many;
}
/// "1 guest", "3 guests".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view one, std::string_view many);

/// Colours of a terminal (ECMA-48), or none at all.
class Palette {
 public:
  explicit Palette(bool has_colours) : has_colours_(has_colours) {}

  [[nodiscard]] std::string bold(std::string_view text) const { return in("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return in("2", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return in("1;31", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return in("32", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return in("1;33", text); }

 private:
  [[nodiscard]] std::string in(std::string_view colour, std::string_view text) const;

  bool has_colours_;
};

}  // namespace smolfleet::core
