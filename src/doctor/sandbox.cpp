// The kernel's switches for user namespaces.
#include "smolfleet/doctor/sandbox.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace smolfleet::doctor {
namespace {

constexpr auto whose = "the stand-in smolvm of the quickstart and the tests";

Finding off(const char* setting) {
  return {
      .topic = "sandboxes",
      .level = Level::info,
      .text = fmt::format("this user gets no user namespaces, so {} cannot run its guests", whose),
      .mend = fmt::format("sudo sysctl -w {}; a real smolvm does not need it", setting)};
}

}  // namespace

Sandbox read_sandbox(const Host& host) {
  return {.is_root = ::geteuid() == 0,
          .most_namespaces = number_in(host.proc / "sys/user/max_user_namespaces"),
          .allowed = number_in(host.proc / "sys/kernel/unprivileged_userns_clone"),
          .restricted = number_in(host.proc / "sys/kernel/apparmor_restrict_unprivileged_userns")};
}

Findings judge(const Sandbox& sandbox) {
  if (!sandbox.is_root) {
    if (!sandbox.most_namespaces || *sandbox.most_namespaces == 0)
      return {off("user.max_user_namespaces=10000")};
    if (sandbox.allowed == 0) return {off("kernel.unprivileged_userns_clone=1")};
    if (sandbox.restricted.value_or(0) != 0)
      return {off("kernel.apparmor_restrict_unprivileged_userns=0")};
  }
  return {{.topic = "sandboxes", .text = fmt::format("{} can run its guests", whose)}};
}

}  // namespace smolfleet::doctor
