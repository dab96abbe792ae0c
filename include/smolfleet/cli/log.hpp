// The log on stderr, and on a terminal the block below it that is always up to date.
#pragma once

#include "smolfleet/cli/options.hpp"
#include "smolfleet/core/asio.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spdlog {
class logger;
}

namespace smolfleet::cli {

class PatientSink;

/// Writes to stderr without ever waiting for its reader: what cannot be written is queued, up to 1
/// MiB, written with the next line, and beyond that counted. Its end waits two seconds at most. The
/// executor's loop must outlive it.
class Log {
 public:
  Log(const core::Executor& executor, const LogOptions& options);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  [[nodiscard]] spdlog::logger& lines() { return *lines_; }

  /// Lines as they are, without time and level, for a person: nowhere when the log is JSON, or
  /// says less than what it says by default.
  void print(std::string_view text);

  /// Columns of the terminal that can show a block below the log; nothing: stderr is none, or a
  /// block is not wanted there.
  [[nodiscard]] std::optional<std::size_t> block_width() const;
  /// Shows these lines below whatever is logged, in place of those before; none: takes them away.
  /// No line may be wider than the terminal.
  void show_block(const std::vector<std::string>& lines);

 private:
  std::shared_ptr<PatientSink> sink_;  ///< nullptr: stderr is closed
  std::unique_ptr<spdlog::logger> lines_;
  bool is_for_people_ = false;
};

}  // namespace smolfleet::cli
