// Looking for what was left behind.
#include "leftovers.hpp"

#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace smolfleet::test {

bool no_children_left() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
}

std::set<std::string> open_descriptors() {
  std::set<std::string> open;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the iterator's own descriptor
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    if (!gone) open.insert(entry.path().filename().string() + " -> " + target.string());
  }
  return open;
}

}  // namespace smolfleet::test
