// The guest's file system: a writable view of a directory of the host, and a way into it.
#pragma once

#include "sandbox/boot_plan.hpp"
#include "support/result.hpp"

namespace smolfleet::standin {

/// Builds the guest's root and makes it this process's root. Call it as the first process of new
/// mount and PID namespaces; nothing of it is seen outside. The errors say which mount the kernel
/// refused.
[[nodiscard]] Result<void> enter_rootfs(const BootPlan& plan);

}  // namespace smolfleet::standin
