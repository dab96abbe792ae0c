// Whether guests can run here: KVM and the processor.
#pragma once

#include "smolfleet/doctor/finding.hpp"
#include "smolfleet/doctor/host.hpp"

#include <optional>
#include <string>

namespace smolfleet::doctor {

/// What opening the device to read and write has shown.
struct Kvm {
  int error = 0;                   ///< errno of open(2); 0: it is open
  std::optional<int> api_version;  ///< of KVM_GET_API_VERSION; nothing: it does not answer
  /// What /proc/cpuinfo says of virtualisation, where the architecture has it there.
  std::optional<bool> processor_virtualizes;
  std::string group = {};  ///< that the device belongs to; empty: not known
  std::string user = {};   ///< that this process acts for
};

[[nodiscard]] Kvm read_kvm(const Host& host);
[[nodiscard]] Findings judge(const Kvm& kvm);

/// `machine` as uname(2) has it.
[[nodiscard]] Findings judge_architecture(const std::string& machine);

}  // namespace smolfleet::doctor
