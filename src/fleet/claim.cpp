// Whose a guest is.
#include "smolfleet/fleet/claim.hpp"

#include "smolfleet/core/text.hpp"

#include "fleet/reasons.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace smolfleet::fleet {
namespace {

using results::Creation;

std::expected<std::optional<Claim>, plan::Rejection> claim_of_plan(const core::Line& line) {
  auto plan = plan::parse(line.text, line.number, plan::UnknownKeys::ignored_outside);
  if (!plan) return std::unexpected(std::move(plan).error());
  return Claim{.line = plan->line,
               .id = std::move(plan->id),
               .target = std::move(plan->target),
               .run = {},
               .creation = plan->machine ? Creation::begun : Creation::none};
}

std::optional<std::string> label_of(const driver::Machine& machine, std::string_view name) {
  const auto found = machine.labels.find(std::string(name));
  return found == machine.labels.end() ? std::nullopt : std::optional(found->second);
}

/// Of a name or an id in a message, in bytes: a line's own may be as long as the line.
std::string shown(const std::string& text) {
  constexpr std::size_t longest = 128;
  return core::printable(text, longest);
}

std::string of_another_run(const std::string& target, const std::string& run,
                           const std::string& wanted) {
  return fmt::format("{} is of run {}, not of run {}", shown(target), shown(run), shown(wanted));
}

/// Why the labels of a machine are not what the claim says; nothing: they are.
std::optional<std::string> disagreement(const Claim& claim, const driver::Machine& machine,
                                        const Law& law) {
  const auto run = driver::run_of(machine);
  if (!run) return fmt::format("a machine {} is there that smolfleet did not create", machine.name);
  if (claim.run && *run != *claim.run) return of_another_run(machine.name, *run, *claim.run);
  if (!law.only_run.empty() && *run != law.only_run)
    return of_another_run(machine.name, *run, law.only_run);
  const auto plan = label_of(machine, driver::plan_label);
  if (claim.line && plan != claim.id)
    return fmt::format("{} is of plan {}, not of plan {}", machine.name,
                       shown(plan.value_or("(none)")), shown(claim.id.value_or("(none)")));
  return std::nullopt;
}

}  // namespace

std::expected<std::optional<Claim>, plan::Rejection> read_claim(const core::Line& line) {
  if (line.too_long) return std::unexpected(too_long(line));
  auto past = results::read_back(line.text);
  if (std::holds_alternative<results::PastEvent>(past)) return std::nullopt;
  if (auto* result = std::get_if<results::PastResult>(&past)) {
    return Claim{.line = line.number,
                 .id = std::move(result->id),
                 .target = std::move(result->target),
                 .run = std::move(result->run),
                 .creation = result->creation};
  }
  if (auto* bad = std::get_if<results::Unreadable>(&past)) {
    return std::unexpected(plan::Rejection{.line = line.number,
                                           .id = std::move(bad->id),
                                           .target = std::move(bad->target),
                                           .failure = std::move(bad->failure)});
  }
  return claim_of_plan(line);
}

std::vector<Claim> claims_of_run(const driver::Machines& machines, const std::string& run) {
  std::vector<Claim> claims;
  for (const auto& [name, machine] : machines) {
    if (driver::run_of(machine) != run) continue;
    claims.push_back({.line = {},
                      .id = label_of(machine, driver::plan_label),
                      .target = name,
                      .run = run,
                      .creation = Creation::begun});
  }
  return claims;
}

std::optional<std::string> objection(const Claim& claim, const Law& law) {
  if (!claim.target) return "the line names no guest";
  if (claim.creation == Creation::none)
    return fmt::format("smolfleet did not create {} for this line, and leaves it alone",
                       shown(*claim.target));
  if (!law.only_run.empty() && claim.run && *claim.run != law.only_run)
    return of_another_run(*claim.target, *claim.run, law.only_run);
  if (!law.has_labels && claim.creation == Creation::refused)
    return fmt::format("the create of {} failed, so a machine of that name is somebody else's",
                       shown(*claim.target));
  return std::nullopt;
}

Judgement judge(const Claim& claim, const driver::Machines& machines, const Law& law) {
  const auto found = machines.find(claim.target.value());
  if (found == machines.end()) return {.standing = Standing::gone, .run = claim.run, .reason = {}};
  const auto& machine = found->second;
  if (!law.has_labels) return {.standing = Standing::ours, .run = claim.run, .reason = {}};
  auto reason = disagreement(claim, machine, law);
  if (reason)
    return {.standing = Standing::not_ours,
            .run = driver::run_of(machine),
            .reason = std::move(*reason)};
  return {.standing = Standing::ours, .run = driver::run_of(machine), .reason = {}};
}

}  // namespace smolfleet::fleet
