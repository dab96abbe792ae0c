// What to do about a line that is no JSON, told by what stands where it went wrong.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace smolfleet::plan {

/// Advice on a line that was read well up to its byte `position`, counted from 1, which may be one
/// behind its last. It shows nothing of the line, which may hold secrets.
[[nodiscard]] std::string syntax_hint(std::string_view line, std::size_t position);

/// The same on a line that is not UTF-8.
[[nodiscard]] std::string encoding_hint(std::string_view line);

}  // namespace smolfleet::plan
