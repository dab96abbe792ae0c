// The way into a running guest.
#pragma once

#include "machine/process.hpp"
#include "support/fd.hpp"

namespace smolfleet::standin {

/// A guest's namespaces, held by its VM process.
struct Namespaces {
  Fd pidfd;
  int kinds = 0;
  /// The guest's root directory.
  Fd root;
};

[[nodiscard]] Sys<Namespaces> open_namespaces(const VmProcess& vm);

/// Moves this process to the guest's users and file system. There is no way back.
[[nodiscard]] Sys<void> enter_files(const Namespaces& namespaces);

/// Moves this process into the guest: its users, its file system, its host name; processes that it
/// forks from now on are the guest's. There is no way back.
[[nodiscard]] Sys<void> enter(const Namespaces& namespaces);

}  // namespace smolfleet::standin
