// open(2), and the one ioctl(2) that every KVM answers.
#include "smolfleet/doctor/kvm.hpp"

#include "smolfleet/core/unique_fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>

namespace smolfleet::doctor {

namespace fs = std::filesystem;

namespace {

std::string group_of(const fs::path& device) {
  struct stat status{};
  if (::stat(device.c_str(), &status) != 0) return {};
  group entry{};
  group* found = nullptr;
  std::array<char, 16384> buffer;  // NOLINT: getgrgid_r() fills what is used
  if (::getgrgid_r(status.st_gid, &entry, buffer.data(), buffer.size(), &found) == 0 &&
      found != nullptr)
    return found->gr_name;
  return std::to_string(status.st_gid);
}

/// Only x86 tells.
std::optional<bool> virtualizes(const fs::path& cpuinfo) {
  std::ifstream file(cpuinfo);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("flags")) continue;
    const auto flags = line + " ";
    return flags.contains(" vmx ") || flags.contains(" svm ");
  }
  return std::nullopt;
}

Finding problem(std::string text, std::string mend) {
  return {
      .topic = "kvm", .level = Level::problem, .text = std::move(text), .mend = std::move(mend)};
}

Finding no_device(const Kvm& kvm) {
  constexpr auto text = "there is no /dev/kvm, and without it a real smolvm can start no guest";
  constexpr auto load = "sudo modprobe kvm_intel, or kvm_amd; for a container: --device /dev/kvm";
  constexpr auto firmware =
      "the processor shows no virtualisation: turn it on in the firmware (VT-x, AMD-V), or, where "
      "this is a virtual machine itself, nested virtualisation on its host";
  if (!kvm.processor_virtualizes)
    return problem(text, "use a kernel with KVM; for a container: --device /dev/kvm");
  return problem(text, *kvm.processor_virtualizes ? load : firmware);
}

Finding no_permission(const Kvm& kvm) {
  const bool has_group = !kvm.group.empty() && kvm.group != "root";
  const auto mend =
      has_group ? fmt::format("sudo usermod -aG {} {}, then log in again", kvm.group, kvm.user)
                : fmt::format("sudo setfacl -m u:{}:rw /dev/kvm", kvm.user);
  return problem(fmt::format("{} may not open /dev/kvm", kvm.user),
                 mend + "; for a container: --device /dev/kvm");
}

}  // namespace

Kvm read_kvm(const Host& host) {
  Kvm kvm{.api_version = {}, .processor_virtualizes = virtualizes(host.proc / "cpuinfo")};
  kvm.group = group_of(host.kvm);
  kvm.user = user_name();
  const core::UniqueFd device(::open(host.kvm.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (!device) {
    kvm.error = errno;
    return kvm;
  }
  const int version = ::ioctl(device.get(), KVM_GET_API_VERSION, 0);
  if (version >= 0) kvm.api_version = version;
  return kvm;
}

Findings judge(const Kvm& kvm) {
  switch (kvm.error) {
    case 0:
      break;
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return {no_device(kvm)};
    case EACCES:
    case EPERM:
      return {no_permission(kvm)};
    default:
      return {problem(
          fmt::format("/dev/kvm cannot be opened: {}", std::generic_category().message(kvm.error)),
          "see `dmesg | grep -i kvm`")};
  }
  if (!kvm.api_version)
    return {problem("/dev/kvm is there, but it is not the kernel's KVM",
                    "ls -l /dev/kvm: it should be the character device 10, 232")};
  if (*kvm.api_version != KVM_API_VERSION)
    return {problem(fmt::format("/dev/kvm speaks version {} of its API, not {}", *kvm.api_version,
                                KVM_API_VERSION),
                    "use a kernel of this century")};
  return {{.topic = "kvm",
           .text = fmt::format("/dev/kvm can be opened, API version {}", *kvm.api_version)}};
}

Findings judge_architecture(const std::string& machine) {
  if (machine == "x86_64" || machine == "aarch64") return {{.topic = "processor", .text = machine}};
  return {{.topic = "processor",
           .level = Level::problem,
           .text = fmt::format("smolvm is made for x86_64 and aarch64, and this is {}", machine),
           .mend = "use another host"}};
}

}  // namespace smolfleet::doctor
