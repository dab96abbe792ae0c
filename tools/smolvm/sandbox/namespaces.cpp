// setns(2), all namespaces at once.
#include "sandbox/namespaces.hpp"

#include "support/text.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace smolfleet::standin {
namespace {

Sys<void> set_namespaces(const Namespaces& namespaces, int kinds) {
  // A mount namespace is entered at its very root. That is the guest's root only if the VM was
  // started at such a root itself: one that was started in a chroot has the host's there, and
  // whoever stopped at setns would write to the host.
  if (::setns(namespaces.pidfd.get(), kinds) != 0 || ::fchdir(namespaces.root.get()) != 0 ||
      ::chroot(".") != 0) {
    return std::unexpected(errno);
  }
  return {};
}

}  // namespace

Sys<Namespaces> open_namespaces(const VmProcess& vm) {
  auto pidfd = open_pidfd(vm);
  if (!pidfd) return std::unexpected(pidfd.error());
  auto root = open_file(cat("/proc/", vm.pid, "/root"), O_PATH | O_DIRECTORY);
  if (!root) return std::unexpected(root.error());
  struct stat ours{};
  struct stat theirs{};
  if (::stat("/proc/self/ns/user", &ours) != 0 ||
      ::stat(cat("/proc/", vm.pid, "/ns/user").c_str(), &theirs) != 0) {
    return std::unexpected(errno);
  }
  // Entering the user namespace that one is in already is an error.
  const int users = ours.st_ino == theirs.st_ino ? 0 : CLONE_NEWUSER;
  return Namespaces{.pidfd = *std::move(pidfd),
                    .kinds = users | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS,
                    .root = *std::move(root)};
}

Sys<void> enter_files(const Namespaces& namespaces) {
  return set_namespaces(namespaces, namespaces.kinds & (CLONE_NEWUSER | CLONE_NEWNS));
}

Sys<void> enter(const Namespaces& namespaces) {
  return set_namespaces(namespaces, namespaces.kinds);
}

}  // namespace smolfleet::standin
