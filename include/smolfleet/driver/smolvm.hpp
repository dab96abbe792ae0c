// What smolfleet says to smolvm: plans and steps as commands. Knows every argv and nothing of their
// order.
#pragma once

#include "smolfleet/driver/capabilities.hpp"
#include "smolfleet/driver/classify.hpp"
#include "smolfleet/plan/plan.hpp"
#include "smolfleet/process/command.hpp"

#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::driver {

/// How long each phase may take in all, its retries included (spec §9).
struct Deadlines {
  std::chrono::milliseconds create{std::chrono::seconds(60)};
  std::chrono::milliseconds start{std::chrono::seconds(300)};
  std::chrono::milliseconds copy_ca{std::chrono::seconds(60)};
  std::chrono::milliseconds install_ca{std::chrono::seconds(60)};
  std::chrono::milliseconds step{std::chrono::seconds(300)};
  /// Of the clean-up, whose commands may be tried three times within: twice what contract §7 gives
  /// one.
  std::chrono::milliseconds stop{std::chrono::seconds(60)};
  std::chrono::milliseconds remove{std::chrono::seconds(120)};
};

/// What a machine gets whose plan does not say (contract §1.2).
inline constexpr std::uint64_t default_memory_mib = 8192;

/// What is the same for every command of a run.
struct Settings {
  std::string executable;  ///< absolute path of smolvm
  std::string run_id;
  /// Tells this process's guests from those of another with the same run id; empty: nothing does.
  std::string invocation;
  /// In the guest: where the CA goes (ends in ".crt") and where its rebuilt bundle is.
  std::string ca_path = "/usr/local/share/ca-certificates/agent-mitm-ca.crt";
  std::string ca_bundle = "/etc/ssl/certs/ca-certificates.crt";
  Deadlines deadlines;
  /// The children's limit of open files; nothing: ours.
  std::optional<rlimit> descriptors;
};

/// A command, and what it is to the one who judges its end.
struct Call {
  Verb verb = Verb::exec_once;
  process::Command command;
};

/// Makes commands; a pure function of its settings and arguments. The environment is this
/// process's, as contract §0 wants it: without colours, and without the switches that would tie a
/// guest to its client.
class Smolvm {
 public:
  explicit Smolvm(Settings settings);

  [[nodiscard]] const std::string& run_id() const { return settings_.run_id; }
  [[nodiscard]] const std::string& invocation() const { return settings_.invocation; }

  [[nodiscard]] process::Command version() const;
  /// `smolvm machine VERB --help`
  [[nodiscard]] process::Command help(std::string_view verb) const;
  [[nodiscard]] process::Command list() const;

  /// `plan.machine` is set. Values of `env` go through the child's environment wherever that is
  /// safe, so that they stay out of argv.
  [[nodiscard]] process::Command create(const plan::Plan& plan, const Capabilities& can) const;
  [[nodiscard]] process::Command start(const std::string& target) const;
  /// `file` contains no ':'.
  [[nodiscard]] process::Command copy_ca(const std::string& target,
                                         const std::filesystem::path& file) const;
  [[nodiscard]] process::Command install_ca(const std::string& target,
                                            const Capabilities& can) const;
  [[nodiscard]] process::Command stop(const std::string& target) const;
  /// `delete -f`. Only after `stop`: by itself it leaves the VM of an interrupted start running
  /// (contract §4.6).
  [[nodiscard]] process::Command remove(const std::string& target) const;

  /// One call, or two where smolvm's cp knows no --mode. `source` is a copy step's file by a path
  /// without ':'; an exec step ignores it.
  [[nodiscard]] std::vector<Call> step(const std::string& target, const plan::Step& step,
                                       const std::filesystem::path& source,
                                       const Capabilities& can) const;

  /// The program text that rebuilds the guest's trust store and verifies it (spec §5).
  [[nodiscard]] std::string install_script() const;

 private:
  [[nodiscard]] process::Command command(std::vector<std::string> arguments,
                                         std::chrono::milliseconds deadline) const;
  [[nodiscard]] process::Command copy(const std::string& target,
                                      const std::filesystem::path& source, const std::string& to,
                                      std::chrono::milliseconds deadline) const;
  [[nodiscard]] std::vector<std::string> exec(const std::string& target,
                                              std::chrono::milliseconds deadline) const;

  Settings settings_;
  process::Environment environment_;
};

}  // namespace smolfleet::driver
