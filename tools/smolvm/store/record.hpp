// What the database knows of a machine.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::standin {

enum class State { created, running, stopped, unreachable };

[[nodiscard]] std::string_view to_string(State state);

struct Mount {
  std::string host = {};
  std::string guest = {};
  bool read_only = false;
};

/// A secret is kept as a reference and resolved by every command that needs it.
struct Secret {
  std::string guest_name;
  std::string source;
  bool from_file = false;
};

struct Record {
  std::string name = {};
  State state = State::created;
  /// The VM process; none also while `running` if this machine has no process (guest kind `none`).
  std::optional<pid_t> pid = {};
  std::int64_t created_at = 0;
  bool init_completed = false;

  std::optional<std::string> image = {};
  std::optional<std::string> pack = {};
  int cpus = 4;
  std::uint32_t memory_mib = 8192;
  std::optional<std::uint64_t> storage_gb = {};
  std::optional<std::uint64_t> overlay_gb = {};
  std::vector<Mount> mounts = {};
  std::vector<std::string> ports = {};
  bool network = false;
  bool gpu = false;
  std::optional<std::uint64_t> gpu_vram_mib = {};
  bool cuda = false;
  bool forkable = false;
  std::vector<std::string> env = {};
  std::vector<Secret> secrets = {};
  std::optional<std::string> workdir = {};
  std::vector<std::string> init = {};
  std::vector<std::string> command = {};
  std::map<std::string, std::string> labels = {};

  /// A bare machine has no image: its commands run in the VM itself, not in a container.
  [[nodiscard]] bool is_bare() const { return !image && !pack; }
};

/// The database's own form.
[[nodiscard]] std::string encode(const Record& record);
[[nodiscard]] Record decode(std::string_view text);

/// The object of `status --json` and `ls --json` (contract §1.3).
[[nodiscard]] nlohmann::json describe(const Record& record);

}  // namespace smolfleet::standin
