// What is said of KVM.
#include "smolfleet/doctor/kvm.hpp"

#include "made_up_host.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <string_view>

using namespace smolfleet::doctor;
using smolfleet::test::MadeUpHost;

namespace {

Kvm kvm_with(int error, std::optional<int> api_version = {},
             std::optional<bool> virtualizes = true) {
  return {.error = error,
          .api_version = api_version,
          .processor_virtualizes = virtualizes,
          .group = "kvm",
          .user = "ann"};
}

Finding finding_of(const Kvm& kvm) {
  const auto findings = judge(kvm);
  REQUIRE(findings.size() == 1);
  return findings[0];
}

bool mends(const Finding& finding, std::string_view with) {
  return finding.mend.value().find(with) != std::string::npos;
}

}  // namespace

TEST_SUITE("doctor") {
  TEST_CASE("a KVM that answers is fine") {
    CHECK(finding_of(kvm_with(0, 12)).level == Level::ok);
  }

  TEST_CASE("no device is mended by a module, or where the processor is set up") {
    CHECK(finding_of(kvm_with(ENOENT)).level == Level::problem);
    CHECK(mends(finding_of(kvm_with(ENOENT)), "modprobe"));
    CHECK(mends(finding_of(kvm_with(ENOENT, {}, false)), "firmware"));
    CHECK(mends(finding_of(kvm_with(ENODEV, {}, std::nullopt)), "--device /dev/kvm"));
  }

  TEST_CASE("no permission is mended by the device's group, or for this user alone") {
    CHECK(finding_of(kvm_with(EACCES)).level == Level::problem);
    CHECK(mends(finding_of(kvm_with(EACCES)), "sudo usermod -aG kvm ann"));
    auto of_root = kvm_with(EPERM);
    of_root.group = "root";
    CHECK(mends(finding_of(of_root), "sudo setfacl -m u:ann:rw /dev/kvm"));
  }

  TEST_CASE("what is there and is no KVM, or another one, is a problem") {
    CHECK(finding_of(kvm_with(0)).text.find("not the kernel's KVM") != std::string::npos);
    CHECK(finding_of(kvm_with(0, 10)).level == Level::problem);
    CHECK(finding_of(kvm_with(EBUSY)).text.find("busy") != std::string::npos);
  }

  TEST_CASE("the device is really opened, and the processor's flags are whole words") {
    const MadeUpHost made;
    CHECK(read_kvm(made.host()).error == ENOENT);
    CHECK_FALSE(read_kvm(made.host()).processor_virtualizes.has_value());
    made.write("dev/kvm", "a file");
    made.write("proc/cpuinfo", "processor : 0\nflags : fpu vmxnet svm_lock\n");
    CHECK(read_kvm(made.host()).error == 0);
    CHECK_FALSE(read_kvm(made.host()).api_version.has_value());
    CHECK(read_kvm(made.host()).processor_virtualizes == false);
    made.write("proc/cpuinfo", "flags : fpu svm\n");
    CHECK(read_kvm(made.host()).processor_virtualizes == true);
  }

  TEST_CASE("smolvm knows two architectures") {
    CHECK(judge_architecture("x86_64")[0].level == Level::ok);
    CHECK(judge_architecture("aarch64")[0].level == Level::ok);
    CHECK(judge_architecture("riscv64")[0].level == Level::problem);
  }
}
