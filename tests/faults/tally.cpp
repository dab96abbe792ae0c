// Counting what happened, not what was planned.
#include "tally.hpp"

#include "../support/program.hpp"

#include <fmt/format.h>

#include <cstring>

namespace smolfleet::faults {
namespace {

using Counts = std::map<std::string, std::size_t>;

std::string reader_label(Reader who) {
  switch (who) {
    case Reader::slow:
      return "reader: slow";
    case Reader::leaves:
      return "reader: leaves early";
    case Reader::full_device:
    case Reader::full_disk:
      return "results: onto a full disk";
    case Reader::prompt:
    case Reader::file:
      break;
  }
  return {};
}

void count_faults(const Story& story, const Evidence& evidence, Counts& injected) {
  for (const auto& call : evidence.calls) {
    if (call["fault"].is_null()) continue;
    ++injected[story.rules.at(call["fault"]["rule"].get<std::size_t>()).label];
  }
}

/// Only what came to pass: a reader that would have left may have met the end before.
void count_streams(const Story& story, const Performance& run, Counts& injected) {
  const auto who = story.reader.who;
  const auto label = reader_label(who);
  const bool broke = run.err.contains("cannot write results");
  const bool came_to_pass = who == Reader::leaves ? run.reader_left : who == Reader::slow || broke;
  if (!label.empty() && came_to_pass) ++injected[label];
  if (!story.feed.chunks.empty()) ++injected["feed: stalls"];
  if (story.feed.cut) ++injected["feed: cut off"];
  if (story.feed.via == FeedVia::file_as_stdin) ++injected["feed: a regular file"];
  if (story.feed.via == FeedVia::named_file) ++injected["feed: a named file"];
  if (story.descriptors) ++injected["limit: 64 descriptors"];
  if (story.memory_bytes) ++injected["limit: memory"];
  const bool ran_out = run.err.contains("internal") || run.err.contains("out of memory");
  if (story.memory_bytes && ran_out) ++injected["limit: memory, met"];
}

void count_lines(const Story& story, const Performance& run, Counts& injected) {
  const auto read = run.consumed.value_or(std::string::npos);
  for (const auto& coming : coming_lines(story)) {
    if (!coming.line.label.empty() && coming.end <= read) ++injected["line: " + coming.line.label];
  }
}

void count_signals(const Performance& run, Counts& injected) {
  constexpr std::array ordinals = {"first", "second", "third"};
  for (std::size_t i = 0; i < run.signals.size() && i < ordinals.size(); ++i) {
    ++injected[fmt::format("signal: {} SIG{}", ordinals[i], ::sigabbrev_np(run.signals[i]))];
  }
}

void count_results(const Performance& run, Counts& results) {
  for (const auto& line : test::lines_of(run.out)) {
    const auto result = json::parse(line, nullptr, false);
    if (!result.is_object() || !result.contains("status")) continue;
    ++results[result["status"]];
    if (result["leaked"] == true) ++results["leaked"];
  }
}

void count_journal(const Story& story, const Evidence& evidence, Counts& injected) {
  if (story.journal.is_kept) ++injected["journal: kept"];
  for (const auto& run : evidence.earlier) {
    if (run.killed) ++injected["journal: run killed by SIGKILL"];
    if (run.err.contains("the journal cannot be written"))
      ++injected["journal: full disk in a run"];
    if (run.exit == 2) ++injected["journal: full disk at its start"];
  }
  if (!evidence.earlier.empty()) ++injected["journal: resumed to the end"];
  if (evidence.is_torn) ++injected["journal: last line torn"];
  if (evidence.refusal) ++injected["journal: bit flipped"];
}

std::string rows(const char* title, const Counts& counts) {
  std::string text = fmt::format("{}\n", title);
  for (const auto& [label, count] : counts)
    text += fmt::format("  {:<44} {:>8}\n", label, count);
  return text;
}

}  // namespace

void Tally::add(const Story& story, const Evidence& evidence, const Verdict& verdict) {
  ++seeds_;
  if (!verdict.faults().empty()) ++broken_seeds_;
  count_faults(story, evidence, injected_);
  count_streams(story, evidence.run, injected_);
  count_lines(story, evidence.run, injected_);
  count_signals(evidence.run, injected_);
  count_journal(story, evidence, injected_);
  count_results(evidence.run, results_);
  const auto& run = evidence.run;
  ++ends_[run.signal != 0 ? fmt::format("killed by SIG{}", ::sigabbrev_np(run.signal))
                          : fmt::format("exit {}", run.exit)];
  for (const auto& [invariant, count] : verdict.counts()) {
    invariants_[invariant].looked += count.looked;
    invariants_[invariant].broken += count.broken;
  }
}

std::string Tally::table() const {
  auto text = rows("injected", injected_) + rows("smolfleet ended with", ends_) +
              rows("results", results_) + "invariants\n";
  for (const auto& [invariant, count] : invariants_) {
    text += fmt::format("  {:<58} {:>8} times, {}\n", invariant, count.looked,
                        count.broken == 0 ? "held" : fmt::format("BROKEN {} times", count.broken));
  }
  text += fmt::format("{} seeds, {} of them broke an invariant\n", seeds_, broken_seeds_);
  return text;
}

}  // namespace smolfleet::faults
