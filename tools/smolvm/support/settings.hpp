// What the environment says: which release to play, which guests, where the state lies.
#pragma once

#include "support/result.hpp"
#include "support/version.hpp"

#include <filesystem>
#include <string>

namespace smolfleet::standin {

enum class GuestKind { sandbox, none };

struct Settings {
  Version version;
  GuestKind guest = GuestKind::sandbox;
  /// The SQLite database of all machines (contract §4.7).
  std::filesystem::path database;
  /// `…/smolvm`: the machines' directories and what they share.
  std::filesystem::path cache;
  /// Empty: no faults.
  std::string scenario;
  /// Empty: no log.
  std::string log;
  /// SMOLVM_BOOT_DEBUG: the VM process inherits stdout and stderr.
  bool boot_debug = false;
};

/// Reads SMOLVM_VERSION, SMOLVM_GUEST, SMOLVM_SCENARIO, SMOLVM_LOG, SMOLVM_BOOT_DEBUG and, for the
/// places, SMOLVM_DATA_DIR or XDG_DATA_HOME, XDG_CACHE_HOME and HOME.
[[nodiscard]] Result<Settings> read_settings();

}  // namespace smolfleet::standin
