// How many guests the host's limits of descriptors and processes allow.
#pragma once

#include "smolfleet/doctor/finding.hpp"
#include "smolfleet/doctor/host.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::doctor {

struct Descriptors {
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;  ///< `up` raises the soft limit to it
  std::size_t jobs = 0;    ///< guests in flight that the hard limit is enough for
  std::size_t default_jobs = 64;
};

/// A limit that processes and threads of this user come up against.
struct ProcessLimit {
  std::string name;
  std::uint64_t left = 0;  ///< how many more there may be
};

/// How many threads a user has on the host.
[[nodiscard]] std::uint64_t threads_of(uid_t user, const Host& host);

/// Each limit that there is.
[[nodiscard]] std::vector<ProcessLimit> read_process_limits(const Host& host);

[[nodiscard]] Findings judge(const Descriptors& descriptors);
[[nodiscard]] Findings judge(const std::vector<ProcessLimit>& limits);

}  // namespace smolfleet::doctor
