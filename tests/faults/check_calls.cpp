// What smolvm was called for, machine by machine.
#include "invariants.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace smolfleet::faults {
namespace {

using Verbs = std::vector<std::string>;

/// Which kinds of plans name a machine.
std::set<LineKind> kinds_of(const Account& account, const std::string& machine) {
  std::set<LineKind> kinds;
  for (const auto& coming : account.lines) {
    if (coming.line.target == machine) kinds.insert(coming.line.kind);
  }
  return kinds;
}

bool may_be_called(const std::set<LineKind>& kinds, const std::string& verb) {
  if (kinds.contains(LineKind::guest)) return true;
  const bool provisions = kinds.contains(LineKind::provision);
  if (verb == "cp" || verb == "exec") return provisions;
  return verb == "create" && kinds.contains(LineKind::taken);
}

/// Stands between the verbs of two runs: the first was killed, in the midst of anything.
constexpr auto next_run = "|";

/// Walks through one guest's verbs and notes what must not follow what.
void check_order(const std::string& machine, const Verbs& verbs, Verdict& verdict) {
  bool is_created = false;
  bool is_stopped = false;
  std::string last;
  const auto told = fmt::format("{}: {}", machine, fmt::join(verbs, " "));
  for (const auto& verb : verbs) {
    if (verb == next_run) {
      last = verb;
      continue;
    }
    if (verb == "create") is_created = true;
    if (verb == "create" || verb == "start") is_stopped = false;
    if (verb == "stop") is_stopped = true;
    verdict.expect("nothing is done to a guest before its create", is_created, told);
    if (verb == "delete") verdict.expect("stop comes before delete", is_stopped, told);
    const bool goes_on = verb == "delete" || verb == "create";
    verdict.expect("after a delete nothing but a delete or a new create",
                   last != "delete" || goes_on, told);
    last = verb;
  }
}

/// Retries have their limits (spec §6): per plan of the target.
void check_retries(const Account& account, const std::string& machine, const Verbs& verbs,
                   Verdict& verdict) {
  const auto plans = std::ranges::count_if(account.lines, [&](const ComingLine& coming) {
    return coming.line.target == machine && coming.line.kind == LineKind::guest;
  });
  const std::map<std::string, int> most = {
      {"create", 21}, {"start", 4}, {"stop", 25}, {"delete", 25}};
  for (const auto& [verb, limit] : most) {
    const auto runs = 1 + std::ranges::count(verbs, next_run);
    const auto count = std::ranges::count(verbs, verb);
    verdict.expect("no more retries than the rules allow", count <= limit * plans * runs,
                   fmt::format("{}: {} times {}", machine, count, verb));
  }
}

}  // namespace

void check_calls(const Story&, const Evidence& evidence, const Account& account, Verdict& verdict) {
  std::map<std::string, Verbs> by_machine;
  for (std::size_t i = 0; i < evidence.calls.size(); ++i) {
    const auto& call = evidence.calls[i];
    const auto begun = std::ranges::count(evidence.acts, i);
    for (auto left = begun; left > 0; --left) {
      for (auto& [machine, verbs] : by_machine)
        verbs.emplace_back(next_run);
    }
    if (call["machine"].is_string()) by_machine[call["machine"]].push_back(call["verb"]);
  }
  for (const auto& [machine, verbs] : by_machine) {
    const auto kinds = kinds_of(account, machine);
    for (const auto& verb : verbs) {
      if (verb == next_run) continue;
      verdict.expect("smolvm is called only for what plans say", may_be_called(kinds, verb),
                     fmt::format("{} {}", verb, machine));
    }
    if (!kinds.contains(LineKind::guest)) continue;
    check_order(machine, verbs, verdict);
    check_retries(account, machine, verbs, verdict);
  }
}

}  // namespace smolfleet::faults
