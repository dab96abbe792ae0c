// A file that a plan names: opened without being held up by it, told apart from other files, read.
#pragma once

#include "smolfleet/core/unique_fd.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>

namespace smolfleet::ca {

/// Two files with the same identity have the same content, as far as spec §4 cares.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_seconds = 0;
  std::int64_t modified_nanoseconds = 0;

  auto operator<=>(const FileIdentity&) const = default;
};

/// An open regular file. Faults are words to follow the file's name: "cannot be read: …".
class SourceFile {
 public:
  /// Refuses everything else: a FIFO or a device could keep us waiting, a directory holds no CA.
  [[nodiscard]] static std::expected<SourceFile, std::string> open(
      const std::filesystem::path& path);

  /// As it was when it was opened.
  [[nodiscard]] const FileIdentity& identity() const { return identity_; }
  /// The content, or its first `limit` bytes.
  [[nodiscard]] std::expected<std::string, std::string> read(std::size_t limit) const;
  /// Whether what was read until now belongs to `identity()` for good: nothing was written
  /// meanwhile, and the last write is so long ago that another one would show in the time.
  [[nodiscard]] bool is_settled() const;

 private:
  SourceFile(core::UniqueFd fd, FileIdentity identity);

  core::UniqueFd fd_;
  FileIdentity identity_;
};

}  // namespace smolfleet::ca
