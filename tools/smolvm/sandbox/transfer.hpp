// Files into and out of a guest.
#pragma once

#include "machine/process.hpp"
#include "support/fd.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace smolfleet::standin {

struct Upload {
  /// Where it goes: a full file path in the guest.
  std::string target = {};
  unsigned mode = 0644;
  std::optional<std::uint32_t> uid = {};
  std::optional<std::uint32_t> gid = {};
};

/// Stages the file beside its target and renames it there: parents are made, an older file is
/// replaced. Gives the number of bytes. This process is in the guest afterwards, with no way back.
[[nodiscard]] Result<std::uint64_t> upload(const VmProcess& vm, const Fd& source,
                                           const Upload& what);

/// Copies a guest's file over `target`, which appears whole or not at all. As above, there is no
/// way back.
[[nodiscard]] Result<std::uint64_t> download(const VmProcess& vm, const std::string& source,
                                             const std::string& target);

}  // namespace smolfleet::standin
