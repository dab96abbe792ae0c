// Why a child could not be started: one sentence and one piece of advice per errno.
#include "process/spawn_failure.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace smolfleet::process {
namespace {

std::string advice(int error) {
  switch (error) {
    case ENOENT:
      return "Give the path of the program with --smolvm, or install it; if it is a script, check "
             "the interpreter in its first line.";
    case EACCES:
      return "Make it executable (chmod +x) and check that its file system is not mounted noexec.";
    case ENOEXEC:
      return "It is no program for this machine: check its architecture or its first line.";
    case EAGAIN:
      return "The limit of processes is reached: raise it (ulimit -u, TasksMax=) or lower --jobs.";
    case ENOMEM:
      return "The host is out of memory: lower --jobs or free memory.";
    case E2BIG:
      return "The command's arguments and environment are too large: shorten the plan's env, argv "
             "or init.";
    case EMFILE:
    case ENFILE:
      return "No file descriptors are left: raise the limit (ulimit -n, LimitNOFILE=) or lower "
             "--jobs.";
    case ESRCH:
      return "Its process would live in another PID namespace: run unshare(1) with --fork.";
    default:
      return "Look the error up in execve(2), or report it.";
  }
}

}  // namespace

NotSpawned spawn_failure(int error, const std::string& program) {
  return NotSpawned{
      .reason = fmt::format("cannot start {}: {}", program, std::generic_category().message(error)),
      .hint = advice(error)};
}

NotSpawned watch_failure(int error, const std::string& program) {
  const bool refused = error == ENOSYS || error == EPERM;
  return NotSpawned{
      .reason = fmt::format("{} was started, could not be watched and was ended again: {}", program,
                            std::generic_category().message(error)),
      .hint = refused ? "smolfleet needs pidfd_open(2): Linux 5.4 or newer, and a seccomp profile "
                        "that allows it."
                      : advice(error),
      .had_child = true};
}

}  // namespace smolfleet::process
