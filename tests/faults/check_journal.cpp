// What was answered before a crash is answered so again after it.
#include "../support/program.hpp"
#include "invariants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace smolfleet::faults {
namespace {

/// Results that an interrupted run has given: every whole line but events.
std::vector<json> given_by(const Performance& run) {
  std::vector<json> results;
  for (const auto& line : test::lines_of(run.out)) {
    auto value = json::parse(line, nullptr, false);
    if (value.is_object() && value.contains("status")) results.push_back(std::move(value));
  }
  return results;
}

/// Whether the answer must be the same after a crash. A rejected line is read anew each time.
bool stands(const Story& story, const Performance& run, const json& result) {
  const bool unrecorded = says(run, "the journal cannot be written");
  if (result["status"] == "ok") return true;
  return result["status"] == "failed" && !story.journal.retries_failed && !unrecorded;
}

/// What was leaked then may be removed by now.
json without_leak(json result) {
  result.erase("leaked");
  return result;
}

void check_answers(const Story& story, const Evidence& evidence, const Account& account,
                   Verdict& verdict) {
  std::vector<json> now;
  for (const auto& result : account.results)
    now.push_back(without_leak(result));
  // A torn line takes the one answer that was in it with it.
  int forgiven = evidence.is_torn ? 1 : 0;
  for (const auto& run : evidence.earlier) {
    for (const auto& result : given_by(run)) {
      if (!stands(story, run, result)) continue;
      const bool is_same = std::ranges::find(now, without_leak(result)) != now.end();
      if (!is_same && forgiven-- > 0) continue;
      verdict.expect("an answer that was given before a crash stands", is_same, result.dump());
    }
  }
}

void check_refusal(const Refusal& refusal, Verdict& verdict) {
  constexpr auto invariant = "a journal that is damaged in its middle is refused with the line";
  const auto line = fmt::format("line {} ", refusal.line);
  verdict.expect(invariant,
                 refusal.run.exit == 2 && says(refusal.run, line) && refusal.left_all_alone &&
                     refusal.run.out.empty(),
                 fmt::format("{}: exit {}, {}", line, refusal.run.exit, refusal.run.err));
}

}  // namespace

void check_journal(const Story& story, const Evidence& evidence, const Account& account,
                   Verdict& verdict) {
  check_answers(story, evidence, account, verdict);
  if (evidence.refusal) check_refusal(*evidence.refusal, verdict);
  for (const auto& run : evidence.earlier) {
    const bool as_told =
        run.killed || run.exit == 2 || run.exit == 3 || run.exit == 0 || run.exit == 1;
    verdict.expect("an interrupted run ends as it must", as_told && !run.hung,
                   fmt::format("exit {}, signal {}", run.exit, run.signal));
  }
}

}  // namespace smolfleet::faults
