// What a VM process is told: the content of boot-config.json.
#pragma once

#include "store/record.hpp"

#include <string>
#include <vector>

namespace smolfleet::standin {

struct BootPlan {
  /// False: only a process that waits to be ended.
  bool has_guest = true;
  std::string hostname = {};
  /// The machine's directory.
  std::string directory = {};
  /// The directory whose copy-on-write view is the guest's root.
  std::string base = "/";
  /// Directories of our own that go over the host's (skeleton.hpp); empty: none.
  std::string skeleton = {};
  std::vector<Mount> mounts = {};
};

[[nodiscard]] std::string encode(const BootPlan& plan);
[[nodiscard]] BootPlan decode_boot_plan(const std::string& text);

}  // namespace smolfleet::standin
