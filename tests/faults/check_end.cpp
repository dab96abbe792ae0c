// The exit status follows from what happened, and nothing of smolfleet is left.
#include "invariants.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <map>
#include <optional>
#include <regex>

namespace smolfleet::faults {
namespace {

constexpr int by_signal = 128;

std::string told(const Performance& run) {
  return run.signal != 0 ? fmt::format("killed by signal {}", run.signal)
                         : fmt::format("exit {}", run.exit);
}

/// The signal that its log names last: signals that come together may be seen as one.
std::optional<int> last_signal(const Performance& run) {
  std::optional<int> last;
  std::size_t furthest = 0;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    for (const auto* what : {": reading no more", ": cancelling", ": leaving at once"}) {
      const auto at = run.err.rfind(fmt::format("SIG{}{}", ::sigabbrev_np(signal), what));
      if (at == std::string::npos || at < furthest) continue;
      furthest = at;
      last = signal;
    }
  }
  return last;
}

std::map<std::string, std::size_t> counts_in_log(const Performance& run) {
  static const std::regex summary(R"((\d+) ok, (\d+) failed, (\d+) rejected, (\d+) cancelled in)");
  std::smatch found;
  if (!std::regex_search(run.err, found, summary)) return {};
  return {{"ok", std::stoul(found[1])},
          {"failed", std::stoul(found[2])},
          {"rejected", std::stoul(found[3])},
          {"cancelled", std::stoul(found[4])}};
}

std::map<std::string, std::size_t> counts_in(const Account& account) {
  std::map<std::string, std::size_t> counts = {
      {"ok", 0}, {"failed", 0}, {"rejected", 0}, {"cancelled", 0}};
  for (const auto& result : account.results)
    ++counts[result["status"]];
  return counts;
}

/// What spec §2 says of the end that the log tells.
int expected_exit(const Performance& run, const Account& account) {
  if (const auto signal = last_signal(run)) return by_signal + *signal;
  const bool stream_broke =
      says(run, "cannot write results") || says(run, "results were dropped") ||
      says(run, "cannot read the feed") || says(run, "the journal cannot be written");
  if (stream_broke) return 3;
  auto counts = counts_in_log(run);
  if (counts.empty()) counts = counts_in(account);
  const bool all_ok = counts["failed"] + counts["rejected"] + counts["cancelled"] == 0;
  return all_ok && !says(run, "--timeout was reached") ? 0 : 1;
}

void check_exit(const Story& story, const Evidence& evidence, const Account& account,
                Verdict& verdict) {
  constexpr auto invariant = "the exit status says what happened";
  const auto& run = evidence.run;
  if (run.signal != 0) {
    // Before it listens to signals it has done nothing yet; once it has said its last word it only
    // gives its memory back.
    const bool ours = std::ranges::find(run.signals, run.signal) != run.signals.end();
    const bool before = evidence.calls.empty() && run.consumed.value_or(0) == 0;
    const bool after = !counts_in_log(run).empty();
    verdict.expect("only our own signals kill it, and only before or after its run",
                   ours && (before || after), told(run));
    return;
  }
  const bool ran_out =
      story.memory_bytes && (says(run, "internal error") || says(run, "out of memory"));
  if (ran_out) {
    verdict.expect(invariant, run.exit == 3 || run.exit == 2, told(run));
    return;
  }
  const int expected = expected_exit(run, account);
  verdict.expect(invariant, run.exit == expected,
                 fmt::format("{} instead of exit {}", told(run), expected));
}

void check_log(const Story& story, const Performance& run, Verdict& verdict) {
  for (const auto* text : {"Sanitizer", "runtime error:", "Assertion", "terminate called"})
    verdict.expect("the log tells of no bug", !says(run, text), text);
  if (!story.memory_bytes)
    verdict.expect("the log tells of no bug", !says(run, "internal"), "internal");
}

void check_leftovers(const Story& story, const Evidence& evidence, Verdict& verdict) {
  // The kernel ends its children then, a moment after itself.
  const bool left_at_once = says(evidence.run, "left with ") || says(evidence.run, "out of memory");
  // A process that is killed removes nothing.
  const bool vanished = evidence.run.hung || !evidence.earlier.empty() ||
                        (story.memory_bytes && says(evidence.run, "out of memory"));
  for (const auto& process : evidence.processes) {
    if (process.is_vm() || left_at_once || evidence.run.hung) continue;
    verdict.expect("no child is left", false, fmt::format("{}", fmt::join(process.argv, " ")));
  }
  verdict.expect("no child is left", true, "");
  verdict.expect("no temporary file is left", evidence.temporary.empty() || vanished,
                 fmt::format("{}", fmt::join(evidence.temporary, ", ")));
}

}  // namespace

void check_end(const Story& story, const Evidence& evidence, const Account& account,
               Verdict& verdict) {
  verdict.expect("it ends", !evidence.run.hung, "it had to be killed");
  if (evidence.run.hung) return;
  check_exit(story, evidence, account, verdict);
  check_log(story, evidence.run, verdict);
  check_leftovers(story, evidence, verdict);
  const auto counts = counts_in_log(evidence.run);
  if (account.delivered && !counts.empty()) {
    verdict.expect("the log's counts are those of the results", counts == counts_in(account),
                   fmt::format("{} and {}", counts, counts_in(account)));
  }
}

}  // namespace smolfleet::faults
