// One result per plan that was read, and such a one as the plan allows.
#include "invariants.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace smolfleet::faults {
namespace {

constexpr auto fits = "a result fits its plan";

std::string code_of(const json& result) {
  return result["error"].is_null() ? "" : result["error"]["code"].get<std::string>();
}

bool has_earlier_namesake(const Account& account, const ComingLine& coming) {
  return std::ranges::any_of(account.lines, [&](const ComingLine& other) {
    return other.number < coming.number && other.line.target == coming.line.target &&
           other.line.kind != LineKind::broken;
  });
}

/// What may become of a plan, whatever happens around it.
bool may_end_so(const Account& account, const ComingLine& coming, const json& result) {
  const auto status = result["status"].get<std::string>();
  const auto code = code_of(result);
  const bool duplicate = code == "duplicate_target" && has_earlier_namesake(account, coming);
  const bool ended_early = status == "cancelled" || code == "timeout";
  switch (coming.line.kind) {
    case LineKind::broken:
      return status == "rejected" && code == "invalid_plan";
    case LineKind::no_ca:
      return code.starts_with("ca_") || ended_early;
    case LineKind::taken:
      return status == "failed" || status == "cancelled" || duplicate;
    case LineKind::guest:
    case LineKind::provision:
      return status != "rejected" || duplicate;
    case LineKind::blank:
      return false;
  }
  return false;
}

std::vector<std::string> wanted_phases(const ComingLine& coming) {
  std::vector<std::string> names;
  if (coming.line.kind == LineKind::guest) names = {"create", "start"};
  names.insert(names.end(), {"copy_ca", "install_ca"});
  const auto plan = json::parse(coming.line.text);
  for (std::size_t i = 0; i < plan.value("steps", json::array()).size(); ++i)
    names.push_back(fmt::format("step[{}]", i));
  return names;
}

/// An ok must have been earned: every phase of the plan, each with exit 0.
void check_phases(const ComingLine& coming, const json& result, Verdict& verdict) {
  std::vector<std::string> names;
  bool all_well = true;
  for (const auto& phase : result["phases"]) {
    names.push_back(phase["name"]);
    all_well = all_well && phase["exit_code"] == 0;
  }
  verdict.expect("ok means that every phase of the plan went well",
                 all_well && names == wanted_phases(coming), result.dump());
}

void check_result(const Account& account, const json& result, Verdict& verdict) {
  const auto number = result["line"].get<std::size_t>();
  const bool is_known =
      account.must_be_answered.contains(number) || account.may_be_answered.contains(number);
  verdict.expect("only lines that were read are answered", is_known, result.dump());
  if (!is_known) return;
  const auto& coming = account.lines.at(number - 1);
  verdict.expect(fits, may_end_so(account, coming, result), result.dump());
  if (coming.line.kind != LineKind::broken) {
    verdict.expect(fits, result["target"] == coming.line.target && result["id"] == coming.line.id,
                   result.dump());
  }
  if (result["status"] == "ok") check_phases(coming, result, verdict);
}

}  // namespace

void check_results(const Story& story, const Evidence& evidence, const Account& account,
                   Verdict& verdict) {
  std::map<std::size_t, int> answers;
  std::set<std::string> runs;
  for (const auto& result : account.results) {
    ++answers[result["line"].get<std::size_t>()];
    runs.insert(result["run"]);
    check_result(account, result, verdict);
  }
  verdict.expect("all results carry the same run id", runs.size() <= 1, fmt::format("{}", runs));
  for (const auto& [line, count] : answers)
    verdict.expect("no plan has two results", count == 1, fmt::format("line {}: {}", line, count));
  const auto missing = account.unanswered();
  const bool excused = !account.delivered || (story.memory_bytes && says(evidence.run, "internal"));
  verdict.expect("every plan that was read has a result", excused || missing.empty(),
                 fmt::format("none for lines {}", missing));
}

}  // namespace smolfleet::faults
