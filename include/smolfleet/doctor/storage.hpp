// Where smolvm keeps its state, and where smolfleet stages CAs: room, and leave to write.
#pragma once

#include "smolfleet/doctor/finding.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace smolfleet::doctor {

/// The value of a variable; nothing: it is not set, or empty.
using Variable = std::function<std::optional<std::string>(const std::string& name)>;

/// Of this process.
[[nodiscard]] Variable own_environment();

/// Directories, as smolvm finds them (contract §4.7) and `up` does.
struct Directories {
  std::filesystem::path database;
  std::filesystem::path machines;
  std::filesystem::path temporary;
};

[[nodiscard]] Directories directories(const Variable& variable);

/// What is known of a directory that will be written to, and that need not be there yet.
struct Room {
  std::filesystem::path wanted;
  std::filesystem::path found;  ///< it, or the innermost directory above it that is there
  bool is_directory = false;    ///< what was found
  bool is_writable = false;
  std::optional<std::uint64_t> free_mib;     ///< for this user; nothing: not known
  std::optional<std::uint64_t> free_inodes;  ///< nothing: the file system does not count them
};

[[nodiscard]] Room look_at(const std::filesystem::path& directory);

[[nodiscard]] Findings judge_database(const Room& room);
[[nodiscard]] Findings judge_machines(const Room& room);
[[nodiscard]] Findings judge_temporary(const Room& room);

}  // namespace smolfleet::doctor
