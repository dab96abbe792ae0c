// What this process itself takes of the host.
#pragma once

namespace smolfleet::metrics {

/// User and system time in seconds, without children.
[[nodiscard]] double own_cpu_seconds();

/// In bytes; 0 if the kernel does not say.
[[nodiscard]] double own_resident_bytes();

}  // namespace smolfleet::metrics
