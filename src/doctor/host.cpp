// Numbers in files, cgroups, names.
#include "smolfleet/doctor/host.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

namespace smolfleet::doctor {

namespace fs = std::filesystem;

namespace {

/// What of it the kernel takes back before anybody goes short: of memory, files in the cache that
/// nobody has used lately. It is part of what the cgroup has in use.
std::uint64_t reclaimable_in(const fs::path& cgroup, const std::string& name) {
  std::ifstream file(cgroup / (name + ".stat"));
  std::string key;
  std::uint64_t value = 0;
  while (file >> key >> value) {
    if (key == "inactive_file") return value;
  }
  return 0;
}

std::uint64_t in_use(const fs::path& cgroup, const std::string& name) {
  const auto all = number_in(cgroup / (name + ".current")).value_or(0);
  return all - std::min(all, reclaimable_in(cgroup, name));
}

}  // namespace

std::optional<std::uint64_t> number_in(const fs::path& file) {
  std::ifstream stream(file);
  std::uint64_t number = 0;
  if (stream >> number) return number;
  return std::nullopt;
}

std::vector<fs::path> cgroups_of(const Host& host) {
  constexpr std::string_view unified = "0::/";
  std::ifstream file(host.proc / "self/cgroup");
  std::string line;
  while (std::getline(file, line) && !line.starts_with(unified)) {
  }
  if (!file) return {};
  std::vector<fs::path> found;
  auto group = fs::path(line.substr(unified.size()));
  while (true) {
    found.push_back(host.cgroup / group);
    if (group.empty()) return found;
    group = group.parent_path();
  }
}

std::optional<std::uint64_t> left_in(const std::vector<fs::path>& cgroups,
                                     const std::string& name) {
  std::optional<std::uint64_t> least;
  for (const auto& cgroup : cgroups) {
    const auto most = number_in(cgroup / (name + ".max"));
    if (!most) continue;
    const auto left = *most - std::min(*most, in_use(cgroup, name));
    least = std::min(left, least.value_or(left));
  }
  return least;
}

std::string user_name() {
  const auto user = ::geteuid();
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer;  // NOLINT: getpwuid_r() fills what is used
  if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
    return found->pw_name;
  return std::to_string(user);
}

}  // namespace smolfleet::doctor
