// From bytes to results, from the pipe's rest to lines that were read.
#include "account.hpp"

#include "../support/program.hpp"
#include "../support/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <mutex>

namespace smolfleet::faults {
namespace {

constexpr std::string_view whole_lines = "results are whole lines of JSON";
constexpr std::string_view as_schema_says = "results and events are as their schemas say";

std::string schema_fault(const json& value, const char* schema) {
  static std::mutex one_at_a_time;  // valijson's schemas are kept in one map
  const std::scoped_lock turn(one_at_a_time);
  return test::schema_fault(value, test::schema_file(schema));
}

void read_results(const Performance& run, Account& account, Verdict& verdict) {
  auto lines = test::lines_of(run.out);
  const bool torn = !run.out.empty() && !run.out.ends_with('\n');
  if (torn) {
    verdict.expect(whole_lines, !account.delivered, "the last one is torn: " + lines.back());
    lines.pop_back();
  }
  for (const auto& line : lines) {
    auto value = json::parse(line, nullptr, false);
    verdict.expect(whole_lines, value.is_object(), line);
    if (!value.is_object()) continue;
    const bool is_event = value.contains("event");
    const auto fault = schema_fault(value, is_event ? "event" : "result");
    verdict.expect(as_schema_says, fault.empty(), fault + line);
    if (fault.empty()) (is_event ? account.events : account.results).push_back(std::move(value));
  }
}

/// Of a feed whose position is not known, the line up to which it must have been read.
std::size_t furthest_line(const Account& account, const std::vector<json>& calls) {
  std::size_t furthest = 0;
  for (const auto& result : account.results)
    furthest = std::max(furthest, result["line"].get<std::size_t>());
  for (const auto& call : calls) {
    // Of several lines with this target, the first: a later one need not be meant.
    const auto touched = std::ranges::find_if(account.lines, [&](const ComingLine& coming) {
      return !coming.line.target.empty() && call["machine"] == coming.line.target;
    });
    if (touched != account.lines.end()) furthest = std::max(furthest, touched->number);
  }
  return furthest;
}

void find_read_lines(const Story& story, const Evidence& evidence, Account& account) {
  const auto whole = feed_text(story).size();
  auto consumed = evidence.run.consumed;
  if (!consumed && !account.ended_early) consumed = whole;
  const auto furthest = consumed ? 0 : furthest_line(account, evidence.calls);
  for (const auto& coming : account.lines) {
    if (coming.line.kind == LineKind::blank) continue;
    const bool saw_end = evidence.run.feed_ended && !account.ended_early;
    const bool is_read = consumed ? coming.end <= *consumed && (coming.is_ended || saw_end)
                                  : coming.number <= furthest;
    const bool is_touched = consumed ? coming.begin < *consumed : true;
    if (is_read) account.must_be_answered.insert(coming.number);
    if (!is_read && is_touched) account.may_be_answered.insert(coming.number);
  }
}

}  // namespace

bool says(const Performance& run, std::string_view text) {
  return run.err.contains(text);
}

bool names(const Performance& run, std::string_view name) {
  const auto is_part = [&](std::size_t at) {
    if (at >= run.err.size()) return false;
    const auto c = static_cast<unsigned char>(run.err[at]);
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  };
  for (auto at = run.err.find(name); at != std::string::npos; at = run.err.find(name, at + 1)) {
    const bool begins = at == 0 || !is_part(at - 1);
    if (begins && !is_part(at + name.size())) return true;
  }
  return false;
}

std::set<std::size_t> Account::unanswered() const {
  auto missing = must_be_answered;
  for (const auto& result : results)
    missing.erase(result["line"].get<std::size_t>());
  return missing;
}

Account draw_up(const Story& story, const Evidence& evidence, Verdict& verdict) {
  const auto& run = evidence.run;
  Account account;
  account.lines = coming_lines(story);
  const bool results_broke = run.reader_left || says(run, "cannot write results") ||
                             says(run, "results were dropped") || says(run, "left with ") ||
                             says(run, "out of memory");
  account.delivered = !results_broke && !run.hung && run.signal == 0;
  account.ended_early = results_broke || run.hung || run.signal != 0 ||
                        says(run, ": reading no more plans") || says(run, "--halt:") ||
                        says(run, "--timeout was reached") ||
                        says(run, "the journal cannot be written");
  read_results(run, account, verdict);
  find_read_lines(story, evidence, account);
  return account;
}

}  // namespace smolfleet::faults
