// A file's lines, however long somebody made them.
#pragma once

#include "smolfleet/core/line_splitter.hpp"
#include "smolfleet/journal/file.hpp"

#include <functional>
#include <system_error>

namespace smolfleet::report {

/// Hands out every line that is not blank, in order; one longer than journal::longest_record as too
/// long. Failure: the source's.
[[nodiscard]] std::error_code for_each_line(const journal::Source& source,
                                            const std::function<void(const core::Line&)>& take);

}  // namespace smolfleet::report
