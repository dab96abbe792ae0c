// Where the doctor looks at a host, so that a test can give it another one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::doctor {

struct Host {
  std::filesystem::path kvm = "/dev/kvm";
  std::filesystem::path proc = "/proc";
  std::filesystem::path cgroup = "/sys/fs/cgroup";
};

/// The number that a file begins with; nothing: there is none, for example "max".
[[nodiscard]] std::optional<std::uint64_t> number_in(const std::filesystem::path& file);

/// The directories of this process's cgroup (v2) and of those that it is in, innermost first; none
/// where there is no such hierarchy.
[[nodiscard]] std::vector<std::filesystem::path> cgroups_of(const Host& host);

/// What of a cgroup's resource is left: `NAME.max` less `NAME.current`, in which cached files that
/// can be dropped (`inactive_file` of `NAME.stat`) do not count, where it is least among `cgroups`;
/// nothing: there is no limit.
[[nodiscard]] std::optional<std::uint64_t> left_in(
    const std::vector<std::filesystem::path>& cgroups, const std::string& name);

/// The name of the user that this process acts for, or its number.
[[nodiscard]] std::string user_name();

}  // namespace smolfleet::doctor
