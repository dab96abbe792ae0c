// A file under a temporary name, which nothing leaves behind: no failure, and no signal.
#pragma once

#include "smolfleet/core/unique_fd.hpp"

#include <expected>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace smolfleet::report {

/// Is removed at the end of its scope unless it has taken its target's place.
class Unfinished {
 public:
  using Made = std::expected<std::unique_ptr<Unfinished>, std::error_code>;

  /// Makes an empty file in the directory of `target`. It has the mode of the file that it is to
  /// replace; where there is none, that of any new file.
  [[nodiscard]] static Made beside(const std::string& target);
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished();

  /// Open for writing. Call it once.
  [[nodiscard]] core::UniqueFd take_descriptor() { return std::move(fd_); }

  /// Gives it the target's name.
  [[nodiscard]] std::error_code replace_target();

 private:
  friend void remove_unfinished_files();
  explicit Unfinished(std::string target);
  void forget();

  std::string target_;
  std::string path_;
  core::UniqueFd fd_;
  Unfinished* next_ = nullptr;
};

/// Removes every unfinished file that there is. For a signal's handler.
void remove_unfinished_files();

}  // namespace smolfleet::report
