// A plan: what the scheduler wants of one guest, as plain values that have passed every check that
// needs nothing but the line itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace smolfleet::plan {

/// Name and value, in the order in which the plan gave them.
using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Whether an image lies on this host, as a directory or an archive. Otherwise it is pulled from a
/// registry, by the guest (contract §1.2).
[[nodiscard]] constexpr bool lies_on_host(std::string_view image) {
  return image.starts_with('/') || image.starts_with("./") || image.starts_with("../");
}

/// The directory on this host that a volume mounts; nothing: its source is a remote one, or it is
/// no volume.
[[nodiscard]] std::optional<std::string_view> host_directory(std::string_view volume);

/// How to create the guest. Only what the plan gave; smolvm's defaults apply to the rest.
struct Machine {
  /// A registry reference, a directory or an archive; exclusive with `from`. Empty: not given.
  std::string image;
  /// A `.smolmachine` file; exclusive with `image`. Empty: not given.
  std::string from;
  std::optional<unsigned> cpus;        ///< 1 … 255 (contract §1.2)
  std::optional<unsigned> memory_mib;  ///< at least 64 (contract §1.2)
  /// True when the plan asks for the network or when anything in it implies one (spec §3).
  bool net = false;
  std::vector<std::string> allow_cidrs;
  std::vector<std::string> allow_hosts;
  Pairs env;  ///< names are identifiers; values are never logged
  std::vector<std::string> volumes;
  std::vector<std::string> ports;
  Pairs labels;
  std::vector<std::string> init;
  std::string workdir;               ///< absolute path in the guest; empty: not given
  std::vector<std::string> command;  ///< the workload; empty: not given
};

/// A file that is copied from the host into the guest.
struct CopyStep {
  std::string from;  ///< path on the host, may contain ':'
  std::string to;    ///< absolute path of the file in the guest, without '..'
  std::string mode;  ///< three or four octal digits; empty: smolvm's default
};

/// A command that runs in the guest.
struct ExecStep {
  std::vector<std::string> argv;  ///< at least one element, the first not empty
  Pairs env;
  /// Whether the caller says that running it twice does no harm: only then is it retried.
  bool idempotent = false;
};

struct Step {
  std::variant<CopyStep, ExecStep> action;
  std::optional<std::chrono::milliseconds> timeout;  ///< above zero
};

/// A key that is ignored, and looks as if another was meant that the plan does not have.
struct Misspelling {
  std::string pointer;  ///< JSON pointer to the key (RFC 6901), shortened and printable
  std::string meant;
};

struct Plan {
  std::uint64_t line = 0;  ///< where it stood in the feed, from 1
  std::string id;
  std::string target;
  /// `egress_plan.routes` is not empty: the guest's proxy is the egress proxy.
  bool has_routes = false;
  std::string egress_ca_path;    ///< empty: not given
  std::string pipelock_ca_path;  ///< empty: not given
  std::optional<Machine> machine;
  std::vector<Step> steps;
  std::optional<std::chrono::milliseconds> timeout;  ///< of the whole plan, above zero
  /// The first few; only looked for by UnknownKeys::noted_outside.
  std::vector<Misspelling> misspellings;
};

}  // namespace smolfleet::plan
