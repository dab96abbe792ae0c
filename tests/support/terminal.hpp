// A terminal on which a program under test writes, and what a person would see on it.
#pragma once

#include "smolfleet/core/unique_fd.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::test {

/// A pseudo terminal, and a screen that knows what our programs send to one: text, CR, LF, "erase
/// below", "cursor up", colours. Anything else fails the test. Lines that are too wide wrap;
/// nothing is ever scrolled away.
class Terminal {
 public:
  Terminal(std::size_t columns, std::size_t rows);

  /// To be a program's stdout or stderr; closed here by `read_to_end`.
  [[nodiscard]] int descriptor() const { return program_end_.get(); }
  /// Text that is there already stays as it is.
  void resize(std::size_t columns, std::size_t rows);

  /// Reads until the screen, its lines joined by '\n', contains `text`; aborts the test after a
  /// hard limit.
  void read_until(std::string_view text);
  /// After the program has ended.
  void read_to_end();

  [[nodiscard]] const std::vector<std::string>& screen() const { return lines_; }
  /// Whether the cursor was ever moved otherwise than by text.
  [[nodiscard]] bool has_moved_cursor() const { return has_moved_; }

 private:
  bool read_more();
  void take(char c);
  void take_sequence(std::string_view sequence);
  void put(char c);

  core::UniqueFd own_end_;
  core::UniqueFd program_end_;
  std::size_t columns_;
  std::vector<std::string> lines_ = {""};
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  std::string sequence_;  ///< of an escape that is not complete yet
  bool has_moved_ = false;
};

}  // namespace smolfleet::test
