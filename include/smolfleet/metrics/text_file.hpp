// Metrics in a file, for node_exporter's textfile collector and the like.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace smolfleet::metrics {

/// A file that is always whole: each content is written beside it and takes its place at once.
class TextFile {
 public:
  /// Nothing is written yet.
  explicit TextFile(const std::filesystem::path& path);

  /// Why the file cannot be written, as a sentence that says what to do. What is there and is no
  /// regular file is refused: to replace a device or somebody's link is never meant.
  [[nodiscard]] std::expected<void, std::string> check() const;

  /// Blocks for as long as a small file takes. After an error the file is as it was.
  [[nodiscard]] std::error_code write(std::string_view text) const;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::filesystem::path beside_;  ///< does not match *.prom
};

}  // namespace smolfleet::metrics
