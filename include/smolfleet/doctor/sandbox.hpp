// Whether the stand-in for smolvm could run its sandboxes here: of no account to a real smolvm.
#pragma once

#include "smolfleet/doctor/finding.hpp"
#include "smolfleet/doctor/host.hpp"

#include <cstdint>
#include <optional>

namespace smolfleet::doctor {

struct Sandbox {
  bool is_root = false;
  std::optional<std::uint64_t> most_namespaces;  ///< user.max_user_namespaces
  /// Debian's kernel.unprivileged_userns_clone, Ubuntu's
  /// kernel.apparmor_restrict_unprivileged_userns; nothing: the kernel has no such switch.
  std::optional<std::uint64_t> allowed;
  std::optional<std::uint64_t> restricted;
};

[[nodiscard]] Sandbox read_sandbox(const Host& host);
[[nodiscard]] Findings judge(const Sandbox& sandbox);

}  // namespace smolfleet::doctor
