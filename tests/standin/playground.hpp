// A private world for one test: a data directory, an environment, and nothing left afterwards.
#pragma once

#include "child.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace smolfleet::standin::tests {

enum class Who {
  /// Whoever runs the tests.
  caller,
  /// `nobody`, if root runs the tests; otherwise the caller, who is an ordinary user already.
  ordinary_user,
};

/// The destructor stops and deletes every machine and fails the test if a process of this
/// playground is left.
class Playground {
 public:
  explicit Playground(std::string guest, Who who = Who::caller);
  Playground(const Playground&) = delete;
  Playground& operator=(const Playground&) = delete;
  ~Playground();

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  /// Sets or replaces an environment variable of all further calls.
  void set(const std::string& name, const std::string& value);
  void use_scenario(const std::string& json);
  /// Writes a file into the directory and gives its path.
  std::string write(const std::string& name, const std::string& content) const;

  /// `smolvm WORDS…`
  [[nodiscard]] Ended smolvm(const std::vector<std::string>& words) const;
  /// `smolvm machine WORDS…`
  [[nodiscard]] Ended machine(std::vector<std::string> words) const;
  /// `smolvm machine exec --name MACHINE -- sh -c SCRIPT`
  [[nodiscard]] Ended shell(const std::string& machine, const std::string& script) const;
  [[nodiscard]] std::vector<std::string> command(std::vector<std::string> words) const;
  [[nodiscard]] const std::vector<std::string>& environment() const { return environment_; }

  /// Creates and starts a machine with an image, or a bare one; requires that both succeed.
  void bring_up(const std::string& name, bool is_bare = false) const;
  /// `status --json`.
  [[nodiscard]] nlohmann::json status(const std::string& name) const;
  /// The pid in a machine's agent.pid; 0: none.
  [[nodiscard]] pid_t vm_pid(const std::string& name) const;
  /// The pids of all VM processes of this playground.
  [[nodiscard]] std::vector<pid_t> vm_processes() const;

 private:
  std::filesystem::path directory_;
  std::string executable_;
  std::vector<std::string> prefix_;
  std::vector<std::string> environment_;
};

/// Waits until the process is gone. Throws at the hard limit.
void wait_until_gone(pid_t pid);

/// Whether the condition comes true before the hard limit; asks again and again.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

}  // namespace smolfleet::standin::tests
