// Line after line of a feed to its verdict, with nothing started and nothing written.
#pragma once

#include "smolfleet/ca/staging.hpp"
#include "smolfleet/check/verdict.hpp"
#include "smolfleet/core/recent.hpp"
#include "smolfleet/driver/smolvm.hpp"
#include "smolfleet/plan/parse.hpp"
#include "smolfleet/plan/plan.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace smolfleet::check {

/// What stands in paths for the staging directory, which `up` makes when it begins.
inline constexpr std::string_view staging_name = "STAGED";
/// What stands in labels for the id of a run that is not known yet.
inline constexpr std::string_view run_name = "RUN";
/// What stands there for the `up` that will be.
inline constexpr std::string_view invocation_name = "INVOCATION";

/// What the smolvm is taken to be able to do, as it is not asked: 1.9.
inline constexpr driver::Capabilities assumed{.version = driver::Version{1, 9, 0},
                                              .exec_user = false,
                                              .copy_mode = true,
                                              .create_label = true};

/// Judges plans as `up` would, in the order of the feed. It remembers the targets that came last,
/// and CA files as ca::Staging does, so that a feed of any length needs the same memory. Reads
/// small regular files in place.
class Examiner {
 public:
  /// Targets that are remembered: as many as can be in flight at once.
  static constexpr std::size_t most_targets = 100'000;

  explicit Examiner(driver::Settings settings);

  /// `now` is held against the validity of CAs.
  [[nodiscard]] Verdict examine(std::expected<plan::Plan, plan::Rejection> line,
                                std::chrono::sys_seconds now);

 private:
  [[nodiscard]] Verdict judge(const plan::Plan& plan, std::chrono::sys_seconds now);
  void note_target(const plan::Plan& plan, Verdict& verdict);
  void note_ports(const plan::Plan& plan, Verdict& verdict);

  driver::Smolvm smolvm_;
  ca::Staging staging_;
  core::Recent<std::string, std::uint64_t> targets_;  ///< and the line that had one last
  std::map<unsigned, std::uint64_t> ports_;           ///< of this host, in the same way
};

}  // namespace smolfleet::check
