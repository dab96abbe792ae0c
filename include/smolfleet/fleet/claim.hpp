// A claim: that a guest was created by smolfleet and is to be taken down. What a line says of it,
// and what smolvm's list says to that. Pure functions.
#pragma once

#include "smolfleet/core/line_splitter.hpp"
#include "smolfleet/driver/machines.hpp"
#include "smolfleet/plan/parse.hpp"
#include "smolfleet/results/read_back.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::fleet {

/// A guest that a line names, or that --run does.
struct Claim {
  std::optional<std::uint64_t> line;  ///< of the input; nothing: --run names it
  std::optional<std::string> id;      ///< the plan's; decides if a line names the guest
  std::optional<std::string> target;
  std::optional<std::string> run;  ///< that is to have created it; nothing: any, of smolfleet
  results::Creation creation = results::Creation::none;
};

/// Reads a line of plans, results or events. Nothing: it is an event, which names no guest of its
/// own. A Rejection: it is none of these.
[[nodiscard]] std::expected<std::optional<Claim>, plan::Rejection> read_claim(
    const core::Line& line);

/// The guests that a run has created, in alphabetical order.
[[nodiscard]] std::vector<Claim> claims_of_run(const driver::Machines& machines,
                                               const std::string& run);

/// What decides about claims.
struct Law {
  std::string only_run;  ///< guests of other runs are left alone; empty: of no run
  /// Whether smolvm labels its machines; without labels only the name tells whose one is.
  bool has_labels = true;
};

/// Why the claim fails whatever smolvm's list says; nothing: the list decides.
[[nodiscard]] std::optional<std::string> objection(const Claim& claim, const Law& law);

enum class Standing { ours, gone, not_ours };

struct Judgement {
  Standing standing = Standing::gone;
  std::optional<std::string> run;  ///< that created the guest, as far as the list tells
  std::string reason;              ///< why it is not ours
};

/// What comes of a claim without objection.
[[nodiscard]] Judgement judge(const Claim& claim, const driver::Machines& machines, const Law& law);

}  // namespace smolfleet::fleet
