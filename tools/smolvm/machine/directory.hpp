// A machine's own directory: its pid file, its lock, its overlay.
#pragma once

#include "machine/process.hpp"
#include "support/fd.hpp"
#include "support/result.hpp"
#include "support/settings.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace smolfleet::standin {

/// `…/smolvm/vms/<16 hex>/`, the hex digits being a hash of the machine's name. smolvm takes them
/// from SHA-256, the stand-in from a hash of its own: nobody but `data-dir` tells where a machine
/// lies.
class MachineDirectory {
 public:
  MachineDirectory(const Settings& settings, std::string_view name);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(std::string_view file) const {
    return path_ / file;
  }

  [[nodiscard]] Result<void> make(const std::string& name) const;
  /// Removes everything, also what the guest made unreadable. A missing directory is fine.
  [[nodiscard]] Result<void> remove() const;

  /// The VM that agent.pid names, if it is alive.
  [[nodiscard]] std::optional<VmProcess> vm() const;
  /// As `vm`, and its agent answers.
  [[nodiscard]] std::optional<VmProcess> ready_vm() const;
  [[nodiscard]] Result<void> record_vm(const VmProcess& process) const;
  /// Forgets a VM that has ended.
  void forget_vm() const;

  /// The lock that `start` holds; none: another process has it.
  [[nodiscard]] Result<std::optional<Fd>> lock() const;

 private:
  std::filesystem::path path_;
};

}  // namespace smolfleet::standin
