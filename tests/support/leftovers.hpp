// What must not be left behind: children and descriptors.
#pragma once

#include <cstddef>
#include <set>
#include <string>

namespace smolfleet::test {

/// Whether this process has no child, neither running nor waiting to be reaped.
[[nodiscard]] bool no_children_left();

/// The open descriptors of this process with what they lead to, for comparing before and after.
[[nodiscard]] std::set<std::string> open_descriptors();

}  // namespace smolfleet::test
