// setns(2), all namespaces at once.
#include "sandbox/namespaces.hpp"

#include "support/text.hpp"

#include <sched.h>
#include <sys/stat.h>

#include <cerrno>

namespace smolfleet::standin {

Sys<Namespaces> open_namespaces(const VmProcess& vm) {
  auto pidfd = open_pidfd(vm);
  if (!pidfd) return std::unexpected(pidfd.error());
  struct stat ours{};
  struct stat theirs{};
  if (::stat("/proc/self/ns/user", &ours) != 0 ||
      ::stat(cat("/proc/", vm.pid, "/ns/user").c_str(), &theirs) != 0) {
    return std::unexpected(errno);
  }
  // Entering the user namespace that one is in already is an error.
  const int users = ours.st_ino == theirs.st_ino ? 0 : CLONE_NEWUSER;
  return Namespaces{.pidfd = *std::move(pidfd),
                    .kinds = users | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS};
}

Sys<void> enter(const Namespaces& namespaces) {
  if (::setns(namespaces.pidfd.get(), namespaces.kinds) == 0) return {};
  return std::unexpected(errno);
}

}  // namespace smolfleet::standin
