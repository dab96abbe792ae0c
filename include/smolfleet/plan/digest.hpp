// What a plan says as a number: by it a journal knows the plan again.
#pragma once

#include <string>
#include <string_view>

namespace smolfleet::plan {

/// SHA-256, as 64 lower-case hex digits, over what a line says that `parse` accepts. White space
/// and the order of keys do not count; everything else does, keys that smolfleet ignores included.
[[nodiscard]] std::string content_digest(std::string_view line);

}  // namespace smolfleet::plan
