// The private directory from which files go to the guests: the certificate that was checked is
// sent.
#pragma once

#include "smolfleet/ca/inspect.hpp"
#include "smolfleet/core/failure.hpp"
#include "smolfleet/plan/ca_choice.hpp"

#include <chrono>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

namespace smolfleet::ca {

/// A CA that has passed the pre-flight, and the file that holds it: the certificate alone, in PEM,
/// whatever else stands in the plan's file.
struct StagedCa {
  plan::CaLabel label = plan::CaLabel::pipelock;
  /// Lies in the staging directory and contains no ':'; there as long as the Staging and this
  /// value, or a copy of it, live.
  std::filesystem::path file;
  Certificate certificate;
  /// Keeps `file`. What nobody holds is removed sooner or later, so that the directory does not
  /// grow with the number of plans.
  std::shared_ptr<const std::filesystem::path> hold = nullptr;
};

/// Owns one directory of mode 0700, made by `create` and removed with its content by the
/// destructor. Not thread-safe; reads small regular files in place (spec §4: at most 1 MiB each,
/// once per distinct file).
class Staging {
 public:
  /// `parent` must exist and its path must not contain ':' (smolvm would read `A:B` as a machine's
  /// path: contract §2). Failure: what could not be made and what to do, for a configuration error.
  [[nodiscard]] static std::expected<Staging, std::string> create(
      const std::filesystem::path& parent);

  /// Checks and names everything as a real one does, in a `directory` that it neither makes nor
  /// looks at: for saying what would be done. It stages without fail.
  [[nodiscard]] static Staging imagine(std::filesystem::path directory);

  Staging(Staging&&) noexcept;
  Staging& operator=(Staging&&) noexcept;
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging();

  /// Reads, checks and stages the chosen file. A file is inspected once per device, inode, size and
  /// modification time (of the 4096 files that were used last), its validity at every call. Codes:
  /// ca_missing (no path, no such file, no regular file, unreadable, empty),
  /// ca_contains_private_key, ca_invalid, copy_failed (the directory cannot be written); the
  /// message names the label and the path.
  [[nodiscard]] std::expected<StagedCa, core::Failure> stage(const plan::CaChoice& choice,
                                                             std::chrono::sys_seconds now);

  /// A path without ':' that leads to `source`, for `smolvm machine cp`: the absolute path itself,
  /// or a link in this directory. The same source has the same link, which stands until 65536 other
  /// ones were asked for. Failure: copy_failed's message.
  [[nodiscard]] std::expected<std::filesystem::path, std::string> reachable(
      const std::filesystem::path& source);

  [[nodiscard]] const std::filesystem::path& directory() const;

 private:
  struct State;
  explicit Staging(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace smolfleet::ca
