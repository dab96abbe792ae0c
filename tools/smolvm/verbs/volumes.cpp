// Volumes: directories of the host that exist and are no part of its system.
#include "verbs/volumes.hpp"

#include "support/ranges.hpp"
#include "support/text.hpp"

#include <array>
#include <filesystem>
#include <string_view>

namespace smolfleet::standin {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 13> protected_paths{
    "/",     "/bin",  "/boot", "/dev", "/etc", "/lib", "/lib64",
    "/proc", "/root", "/sbin", "/sys", "/usr", "/var"};

Result<Mount> parse_volume(std::string_view text) {
  const auto whole = text;
  Mount mount{.read_only = text.ends_with(":ro")};
  if (mount.read_only || text.ends_with(":rw")) text.remove_suffix(3);
  const auto colon = text.rfind(':');
  if (colon == text.npos || colon == 0) {
    return fail(cat("invalid mount path: '", whole, "': expected HOST:GUEST[:ro|:rw]"));
  }
  mount.guest = text.substr(colon + 1);
  if (!mount.guest.starts_with('/')) {
    return fail(cat("invalid mount path: guest path must be absolute: ", mount.guest));
  }
  const fs::path host(text.substr(0, colon));
  std::error_code error;
  const auto canonical = fs::canonical(host, error);
  if (error) return fail(cat("mount source not found: ", host.native()));
  if (!fs::is_directory(canonical, error)) {
    return fail(cat("invalid mount path: source path is not a directory: ", host.native()));
  }
  if (contains(protected_paths, canonical.native())) {
    return fail(cat("invalid mount path: source path on host is a protected system path: ",
                    canonical.native()));
  }
  mount.host = canonical;
  return mount;
}

}  // namespace

Result<std::vector<Mount>> parse_volumes(const std::vector<std::string>& given) {
  std::vector<Mount> mounts;
  for (const auto& each : given) {
    auto mount = parse_volume(each);
    if (!mount) return std::unexpected(mount.error());
    if (std::ranges::find(mounts, mount->guest, &Mount::guest) != mounts.end()) {
      return fail(cat("invalid mount path: duplicate mount target: ", mount->guest));
    }
    mounts.push_back(*std::move(mount));
  }
  return mounts;
}

}  // namespace smolfleet::standin
