// A program under test, as its user meets it: fed through a pipe, read line by line.
#pragma once

#include "smolfleet/core/unique_fd.hpp"

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smolfleet::test {

/// What a program left behind.
struct Ended {
  int exit = -1;    ///< -1: a signal ended it
  int signal = 0;   ///< 0: it exited
  std::string out;  ///< what `read_line` had not taken yet
  std::string err;
};

[[nodiscard]] std::vector<std::string> lines_of(const std::string& text);

/// Of a file; as far as it can be read, since a process's files in /proc go away with it.
[[nodiscard]] std::string content_of(const std::filesystem::path& file);

/// Every wait for a program's output ends then, and the test process with it.
inline constexpr int hard_limit_milliseconds = 120'000;

/// Reads a pipe line by line.
class LineReader {
 public:
  LineReader() = default;
  explicit LineReader(core::UniqueFd pipe) : pipe_(std::move(pipe)) {}
  /// The next whole line without its end; nothing: the pipe has ended.
  [[nodiscard]] std::optional<std::string> next();
  /// Everything up to the end of the pipe that `next` has not taken.
  [[nodiscard]] std::string rest();
  void close() { pipe_ = {}; }

 private:
  [[nodiscard]] bool read_more();

  core::UniqueFd pipe_;
  std::string unread_;
};

struct ProgramOptions {
  std::map<std::string, std::string> environment;  ///< beside the test's own
  int input = -1;            ///< a descriptor for stdin; -1: a pipe that `write` feeds
  int output = -1;           ///< a descriptor for stdout; -1: a pipe that `read_line` reads
  int error = -1;            ///< a descriptor for stderr; -1: a file that `wait` reads
  bool pipe_stderr = false;  ///< for `read_log_line_with`
  bool close_stdin = false;
  bool close_stdout = false;
  std::vector<int> ignored_signals;  ///< all others are as usual
  bool own_group = false;            ///< a process group of its own
  bool subreaper =
      false;  ///< orphans below it become its children, as a container's first process's
};

/// Runs from construction on. Every wait has a hard limit, after which the test process is aborted.
class Program {
 public:
  explicit Program(std::vector<std::string> argv, ProgramOptions options = {});
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  void write(std::string_view text);
  void close_input() { input_ = {}; }
  /// The next whole line of stdout without its end; nothing: stdout has ended.
  [[nodiscard]] std::optional<std::string> read_line() { return output_.next(); }
  /// Reads stderr up to a line that contains `text`; fails the program's test if none comes.
  std::string read_log_line_with(std::string_view text);
  void send_signal(int signal) const;
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Stops reading its stdout for good.
  void close_output() { output_.close(); }
  /// Closes its stdin, reads its stdout to the end and reaps it.
  [[nodiscard]] Ended wait();
  /// The same, with its stdin left open.
  [[nodiscard]] Ended wait_keeping_input();

 private:
  core::UniqueFd input_;
  LineReader output_;
  LineReader log_;
  core::UniqueFd error_;
  pid_t pid_ = -1;
};

/// Runs a program with `input` as its stdin, to its end.
[[nodiscard]] Ended run_program(std::vector<std::string> argv, std::string_view input = {},
                                std::map<std::string, std::string> environment = {});

/// Variables of the test's own environment, put back at the end of the scope.
class ScopedEnvironment {
 public:
  explicit ScopedEnvironment(const std::map<std::string, std::string>& variables);
  ScopedEnvironment(const ScopedEnvironment&) = delete;
  ScopedEnvironment& operator=(const ScopedEnvironment&) = delete;
  ~ScopedEnvironment();

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

/// A directory that is removed with its content, unless it is to be kept.
class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();
  [[nodiscard]] std::string path(const std::string& name = {}) const;
  /// Writes a file and returns its path.
  std::string write(const std::string& name, std::string_view content) const;
  [[nodiscard]] std::string read(const std::string& name) const;
  void keep() { kept_ = true; }

 private:
  std::string path_;
  bool kept_ = false;
};

/// The value of a variable that meson sets for the tests; aborts with its name if it is missing.
[[nodiscard]] std::string from_build(const char* name);

}  // namespace smolfleet::test
