// A child process for tests: its output, its end, and never longer than a hard limit.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::standin::tests {

/// Far above what anything here takes; a child that reaches it is killed and its test fails.
inline constexpr std::chrono::seconds hard_limit{60};

struct Ended {
  /// The exit code, or -N if signal N was the end.
  int code = 0;
  std::string out;
  std::string err;
};

/// A started child in its own process group, stdin /dev/null. Destroying it kills and reaps it.
class Child {
 public:
  /// `env` is the whole environment. Throws std::system_error if it can't be spawned.
  Child(const std::vector<std::string>& argv, const std::vector<std::string>& env);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  void signal_group(int number) const;

  /// Reads until stdout contains `text`. Throws if the child closes its output first, or at the
  /// limit.
  void wait_for_output(const std::string& text);
  /// Waits for the exit only, whoever still holds the pipes.
  [[nodiscard]] int wait_for_exit();
  /// Whether stdout and stderr are at their ends now, without waiting. Ask after the exit.
  [[nodiscard]] bool pipes_are_closed();
  /// Reads to the end of both pipes and waits for the exit.
  [[nodiscard]] Ended finish();

 private:
  /// Waits for the next bytes or ends of the pipes; false: there is nothing left to read.
  bool read_more(int timeout_ms);

  pid_t pid_ = -1;
  int out_fd_ = -1;
  int err_fd_ = -1;
  std::string out_;
  std::string err_;
  std::optional<int> code_;
};

[[nodiscard]] Ended run(const std::vector<std::string>& argv, const std::vector<std::string>& env);

}  // namespace smolfleet::standin::tests
