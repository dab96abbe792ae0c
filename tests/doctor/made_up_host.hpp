// A host that a test makes up, file by file.
#pragma once

#include "smolfleet/doctor/host.hpp"

#include "../support/program.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace smolfleet::test {

class MadeUpHost {
 public:
  /// `path` is below the host: "proc/meminfo".
  void write(const std::string& path, std::string_view content) const {
    std::filesystem::create_directories(std::filesystem::path(directory_.path(path)).parent_path());
    directory_.write(path, content);
  }
  [[nodiscard]] doctor::Host host() const {
    return {.kvm = directory_.path("dev/kvm"),
            .proc = directory_.path("proc"),
            .cgroup = directory_.path("cgroup")};
  }

 private:
  TempDir directory_;
};

}  // namespace smolfleet::test
