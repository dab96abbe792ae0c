// What lies directly under a guest's base directory, and what the guest gets to see of it.
#pragma once

#include "support/fd.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace smolfleet::standin {

struct TopLevel {
  enum class Kind {
    /// A symbolic link, made anew.
    link,
    /// A directory under an overlay.
    overlaid,
    /// A directory that starts empty: it holds mounts, or what no guest should inherit.
    empty,
  };
  std::string name;
  Kind kind = Kind::empty;
  /// A link's target.
  std::string target;
};

/// The links and directories under `base`; files are left out.
[[nodiscard]] Sys<std::vector<TopLevel>> top_level(const std::filesystem::path& base);

/// Whether this process may list the directory.
[[nodiscard]] bool is_listable(const std::filesystem::path& directory);

}  // namespace smolfleet::standin
