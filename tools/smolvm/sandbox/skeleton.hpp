// Directories of our own over the host's, for guests of ordinary users.
#pragma once

#include "support/result.hpp"

#include <filesystem>

namespace smolfleet::standin {

/// An ordinary user's namespace has one uid, so the host root's directories belong to nobody there
/// and an overlay over them can't be written. A layer of directories, none of them with files,
/// owned by the user and put over the host's layer, cures that: a merged directory belongs to its
/// topmost layer's owner.
///
/// Gives `cache/skeleton` and makes it if need be; several processes may do so at once.
[[nodiscard]] Result<std::filesystem::path> ensure_skeleton(const std::filesystem::path& cache);

}  // namespace smolfleet::standin
