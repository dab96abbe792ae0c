// Each file is looked at once, each content is written once, and what nobody needs any more goes.
#include "smolfleet/ca/staging.hpp"

#include "smolfleet/core/recent.hpp"
#include "smolfleet/core/text.hpp"

#include "ca/examine.hpp"
#include "ca/shelf.hpp"
#include "ca/source_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cassert>
#include <string_view>
#include <utility>

namespace smolfleet::ca {

namespace {

namespace fs = std::filesystem;

/// Files that are remembered. Beyond it the one used longest ago is forgotten and, should it come
/// again, inspected again; its staged bytes stay for as long as a StagedCa holds them.
constexpr std::size_t most_files = 4096;
/// Links that stand at once. A link serves one `cp`, so this is far above the number of guests in
/// flight: the one that goes was asked for this many links ago.
constexpr std::size_t most_links = 65536;
constexpr std::size_t longest_path_shown = 4096;

/// What came of a file's bytes. An objection is remembered as well: the bytes will not get better.
struct Verdict {
  std::expected<Certificate, Objection> certificate;
  Held staged;  ///< set if there is a certificate
};

std::string name_of(const plan::CaChoice& choice) {
  return fmt::format("the {} CA \"{}\"", plan::to_string(choice.label),
                     core::printable(choice.path, longest_path_shown));
}

core::Failure no_path(plan::CaLabel label) {
  return failure_about(
      fmt::format("the {} CA", plan::to_string(label)),
      {.code = core::FailureCode::ca_missing,
       .text = fmt::format("is missing: the plan has no {}", plan::field_of(label)),
       .hint = "Give the path of the CA certificate of the proxy that the guest goes through."});
}

Objection missing(plan::CaLabel label, std::string text) {
  return {
      .code = core::FailureCode::ca_missing,
      .text = std::move(text),
      .hint = fmt::format("Is the proxy up, and is {} its CA certificate?", plan::field_of(label))};
}

Objection not_staged(const std::string& fault) {
  return {.code = core::FailureCode::copy_failed,
          .text = fmt::format("could not be staged: {}", fault),
          .hint = "Make room in the directory for temporary files, or set TMPDIR to another one."};
}

/// What is a descriptor of ours is none of a child's, which finds it all the same.
fs::path seen_by_children(const fs::path& source) {
  for (const std::string_view own : {"/dev/fd/", "/proc/self/fd/"}) {
    if (source.native().starts_with(own))
      return fmt::format("/proc/{}/fd/{}", ::getpid(), source.native().substr(own.size()));
  }
  return source;
}

}  // namespace

struct Staging::State {
  std::unique_ptr<Shelf> shelf;
  core::Recent<FileIdentity, Verdict> verdicts{most_files};
  core::Recent<std::string, Held> links{most_links};

  std::expected<Verdict, Objection> verdict_on(const SourceFile& source, plan::CaLabel label);
  std::expected<Verdict, Objection> verdict_on(std::string_view bytes);
};

/// Reads and examines `source` if need be. An objection is about this attempt alone.
std::expected<Verdict, Objection> Staging::State::verdict_on(const SourceFile& source,
                                                             plan::CaLabel label) {
  if (const auto* known = verdicts.find(source.identity())) return *known;
  if (source.identity().size > static_cast<std::int64_t>(max_file_size))
    return std::unexpected(too_large());
  const auto bytes = source.read(max_file_size + 1);
  if (!bytes) return std::unexpected(missing(label, bytes.error()));
  if (bytes->empty()) return std::unexpected(missing(label, "is empty"));
  auto verdict = verdict_on(*bytes);
  // A file that was written only just now is judged by what was read, but not known by its
  // identity.
  if (verdict && source.is_settled()) verdicts.put(source.identity(), *verdict);
  return verdict;
}

std::expected<Verdict, Objection> Staging::State::verdict_on(std::string_view bytes) {
  auto examined = examine(bytes);
  if (!examined)
    return Verdict{.certificate = std::unexpected(std::move(examined).error()), .staged = {}};
  auto staged = shelf->file_with(examined->pem);
  if (!staged) return std::unexpected(not_staged(staged.error()));
  return Verdict{.certificate = std::move(examined->certificate), .staged = std::move(*staged)};
}

std::expected<Staging, std::string> Staging::create(const fs::path& parent) {
  auto shelf = Shelf::create(parent);
  if (!shelf) return std::unexpected(std::move(shelf).error());
  auto state = std::make_unique<State>();
  state->shelf = std::move(*shelf);
  return Staging(std::move(state));
}

Staging Staging::imagine(fs::path directory) {
  auto state = std::make_unique<State>();
  state->shelf = Shelf::imagine(std::move(directory));
  return Staging(std::move(state));
}

Staging::Staging(std::unique_ptr<State> state) : state_(std::move(state)) {}
Staging::Staging(Staging&&) noexcept = default;
Staging& Staging::operator=(Staging&&) noexcept = default;
Staging::~Staging() = default;

std::expected<StagedCa, core::Failure> Staging::stage(const plan::CaChoice& choice,
                                                      std::chrono::sys_seconds now) {
  if (choice.path.empty()) return std::unexpected(no_path(choice.label));
  const auto name = name_of(choice);
  const auto source = SourceFile::open(choice.path);
  if (!source) return std::unexpected(failure_about(name, missing(choice.label, source.error())));
  auto verdict = state_->verdict_on(*source, choice.label);
  if (!verdict) return std::unexpected(failure_about(name, verdict.error()));
  auto& certificate = verdict->certificate;
  if (!certificate) return std::unexpected(failure_about(name, certificate.error()));
  auto valid = check_validity(*certificate, now, name);
  if (!valid) return std::unexpected(std::move(valid).error());
  return StagedCa{.label = choice.label,
                  .file = *verdict->staged,
                  .certificate = std::move(*certificate),
                  .hold = verdict->staged};
}

std::expected<fs::path, std::string> Staging::reachable(const fs::path& source) {
  std::error_code error;
  auto absolute = fs::absolute(seen_by_children(source), error);
  if (error) return std::unexpected(fmt::format("{}", error.message()));
  if (!absolute.native().contains(':')) return absolute;
  if (const auto* known = state_->links.find(absolute.native())) return **known;
  auto link = state_->shelf->link_to(absolute);
  if (!link) return std::unexpected(std::move(link).error());
  return *state_->links.put(absolute.native(), std::move(*link));
}

const fs::path& Staging::directory() const {
  assert(state_ != nullptr);
  return state_->shelf->directory();
}

}  // namespace smolfleet::ca
