// /proc/meminfo, and the cgroup's memory.
#include "smolfleet/doctor/memory.hpp"

#include "smolfleet/admission/memory_reserve.hpp"
#include "smolfleet/driver/smolvm.hpp"

#include "doctor/units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace smolfleet::doctor {
namespace {

/// The least that a machine can be given (contract §1.2).
constexpr std::uint64_t least_guest = 64;
/// Below it hardly anything but the smallest guests has room.
constexpr std::uint64_t little = 1024;
/// What smolfleet itself needs for a guest in flight, in KiB: docs/benchmarks.md.
constexpr std::uint64_t own_per_guest = 16;

Finding about_guests(std::uint64_t available) {
  return {
      .topic = "memory",
      .level = Level::info,
      .text = fmt::format(
          "that is {} guests of {} MiB, as large as smolvm makes one whose plan has no "
          "memory_mib; they count only with --memory-reserve, and smolfleet itself needs {} KiB "
          "for each in flight",
          available / driver::default_memory_mib, driver::default_memory_mib, own_per_guest)};
}

}  // namespace

std::optional<Memory> read_memory(const Host& host) {
  const auto memory = admission::read_meminfo(host.proc / "meminfo");
  if (!memory) return std::nullopt;
  auto left = left_in(cgroups_of(host), "memory");
  if (left) *left /= bytes_per_mib;
  return Memory{.total = memory->total, .available = memory->available, .cgroup_left = left};
}

Findings judge(const std::optional<Memory>& memory) {
  if (!memory)
    return {{.topic = "memory",
             .level = Level::warning,
             .text = "/proc/meminfo does not say how much is available",
             .mend = "mount /proc: --memory-reserve cannot be kept without it"}};
  const bool by_cgroup = memory->cgroup_left && *memory->cgroup_left < memory->available;
  const auto available = by_cgroup ? *memory->cgroup_left : memory->available;
  Finding finding{.topic = "memory",
                  .text = fmt::format("{} MiB available of {}{}", available, memory->total,
                                      by_cgroup ? ", as the cgroup limits it" : "")};
  if (available < little) {
    finding.level = available < least_guest ? Level::problem : Level::warning;
    finding.mend = by_cgroup ? "raise MemoryMax= of the systemd unit, or the container's --memory"
                             : "end what is not needed, or use a larger host";
  }
  return {finding, about_guests(available)};
}

}  // namespace smolfleet::doctor
