// A file's lines, however long somebody made them.
#pragma once

#include "smolfleet/journal/file.hpp"

#include <cstdint>
#include <functional>
#include <string_view>
#include <system_error>

namespace smolfleet::report {

struct Line {
  std::uint64_t number = 0;  ///< from 1
  std::string_view text;     ///< without its line end
  bool too_long = false;     ///< `text` is its beginning
  bool ended = true;         ///< false: the file ends without a line end
};

/// Hands out every line that is not blank, in order. A line longer than journal::longest_record is
/// cut. Failure: the source's.
[[nodiscard]] std::error_code for_each_line(const journal::Source& source,
                                            const std::function<void(const Line&)>& take);

}  // namespace smolfleet::report
