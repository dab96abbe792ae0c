// The private directory: files named by their content, and links.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace smolfleet::ca {

/// A path in the directory; what it leads to is removed with the last holder.
using Held = std::shared_ptr<const std::filesystem::path>;

/// Makes the directory and removes it with everything in it, or imagines one: then paths are the
/// same, and nothing is made or removed. Faults are whole sentences.
class Shelf {
 public:
  /// See Staging::create.
  [[nodiscard]] static std::expected<std::unique_ptr<Shelf>, std::string> create(
      const std::filesystem::path& parent);
  /// See Staging::imagine.
  [[nodiscard]] static std::unique_ptr<Shelf> imagine(std::filesystem::path directory);

  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;
  ~Shelf();

  /// A file of mode 0644 with exactly these bytes, complete and closed: `<sha256>.crt`. The same
  /// bytes have the same file for as long as anyone holds it.
  [[nodiscard]] std::expected<Held, std::string> file_with(std::string_view bytes);

  /// A new link to `target`, which is absolute.
  [[nodiscard]] std::expected<Held, std::string> link_to(const std::filesystem::path& target);

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

 private:
  /// The files by name. Shared, since a file may be held for longer than the shelf stands.
  using Index = std::unordered_map<std::string, std::weak_ptr<const std::filesystem::path>>;

  Shelf(std::filesystem::path directory, bool is_real);

  std::filesystem::path directory_;
  bool is_real_;
  std::shared_ptr<Index> index_ = std::make_shared<Index>();
  std::uint64_t links_ = 0;
};

}  // namespace smolfleet::ca
