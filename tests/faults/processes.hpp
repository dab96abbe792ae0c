// Starting processes and finding those that are left.
#pragma once

#include "smolfleet/core/unique_fd.hpp"

#include "evidence.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smolfleet::faults {

struct Pipe {
  core::UniqueFd read;
  core::UniqueFd write;
};
/// With O_CLOEXEC. Throws if there is none to be had.
[[nodiscard]] Pipe make_pipe();

/// What a new process is given.
struct Start {
  std::vector<std::string> argv;
  std::vector<std::string> environment;  ///< NAME=VALUE, all of it
  int in = -1;
  int out = -1;
  int err = -1;
  std::optional<std::size_t> descriptors;
  std::optional<std::size_t> memory_bytes;
};
/// fork and exec; safe beside other threads. Throws if there can be no process.
[[nodiscard]] pid_t start(const Start& what);

struct Quiet {
  int exit = -1;
  std::string out;  ///< stdout and stderr
};
/// Runs a program to its end, with variables beside this process's own.
[[nodiscard]] Quiet run_quietly(const std::vector<std::string>& argv,
                                const std::map<std::string, std::string>& environment);

/// All processes that were started with the variable ("NAME=VALUE"); zombies have none any more.
[[nodiscard]] std::vector<Process> processes_with(std::string_view variable);

}  // namespace smolfleet::faults
