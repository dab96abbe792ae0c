// A story as text: its feed, and what a person reads of it.
#include "story.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <map>

namespace smolfleet::faults {
namespace {

std::string tell_lines(const Story& story) {
  std::map<std::string, int> labels;
  for (const auto& line : story.lines)
    ++labels[line.label.empty() ? "plain plan" : line.label];
  std::vector<std::string> parts;
  for (const auto& [label, count] : labels)
    parts.push_back(fmt::format("{} × {}", count, label));
  return fmt::format("feed: {} lines: {}\n", story.lines.size(), fmt::join(parts, ", "));
}

std::string tell_feed(const Story& story) {
  const auto& feed = story.feed;
  if (feed.via == FeedVia::file_as_stdin) return "it is a regular file on stdin\n";
  if (feed.via == FeedVia::named_file) return "it is a file named on the command line\n";
  auto text = fmt::format("it comes through a pipe that ends {} ms after its last byte",
                          feed.before_end.count());
  if (feed.cut) text += fmt::format(", cut off after {} bytes", *feed.cut);
  for (const auto& [before, bytes] : feed.chunks)
    text += fmt::format("; {} bytes after {} ms", bytes, before.count());
  return text + "\n";
}

std::string tell_reader(const ReaderWay& reader) {
  switch (reader.who) {
    case Reader::prompt:
      return "results: read as they come\n";
    case Reader::slow:
      return fmt::format("results: read {} bytes every {} ms\n", reader.bytes,
                         reader.pause.count());
    case Reader::leaves:
      return fmt::format("results: their reader leaves after {} bytes\n", reader.bytes);
    case Reader::file:
      return "results: go to a file\n";
    case Reader::full_device:
      return "results: go to /dev/full\n";
    case Reader::full_disk:
      return fmt::format("results: go to a disk of {} bytes\n", reader.bytes);
  }
  return {};
}

std::string tell_journal(const JournalWay& journal) {
  if (!journal.is_kept) return {};
  std::string text = "journal: kept";
  if (journal.disk) text += fmt::format("; on a disk of {} bytes in the first run", *journal.disk);
  for (const auto after : journal.kills)
    text += fmt::format("; a run killed after {} ms", after.count());
  if (journal.damage == Damage::torn) text += "; its last line torn";
  if (journal.damage == Damage::flipped) text += "; a bit of it flipped, and flipped back";
  if (journal.interrupted() > 0) text += "; then resumed";
  if (journal.retries_failed) text += " with --retry-failed";
  return text + "\n";
}

std::string tell_rest(const Story& story) {
  auto text = tell_journal(story.journal);
  for (const auto& [after, signal] : story.signals)
    text += fmt::format("signal: SIG{} {} ms later\n", ::sigabbrev_np(signal), after.count());
  if (story.descriptors) text += fmt::format("limit: {} descriptors\n", *story.descriptors);
  if (story.memory_bytes) text += fmt::format("limit: {} bytes of memory\n", *story.memory_bytes);
  for (const auto& human : story.humans)
    text += fmt::format("a human's machine: {}{}\n", human.name, human.running ? ", running" : "");
  for (const auto& [label, rule] : story.rules)
    text += fmt::format("fault: {}: {}\n", label, rule.dump());
  return text;
}

}  // namespace

std::string feed_text(const Story& story) {
  std::string text;
  for (const auto& line : story.lines)
    text += line.text + story.line_end;
  if (!story.last_line_ends) text.resize(text.size() - story.line_end.size());
  if (story.feed.cut && *story.feed.cut < text.size()) text.resize(*story.feed.cut);
  return text;
}

std::vector<ComingLine> coming_lines(const Story& story) {
  const auto whole = feed_text(story).size();
  std::vector<ComingLine> coming;
  std::size_t begin = 0;
  for (const auto& line : story.lines) {
    if (begin >= whole) break;
    const auto text_end = begin + line.text.size();
    const auto end = text_end + story.line_end.size();
    coming.push_back({.line = line,
                      .number = coming.size() + 1,
                      .begin = begin,
                      .end = std::min(end, whole),
                      .is_ended = end <= whole});
    const bool is_cut = text_end > whole;
    if (is_cut && line.kind != LineKind::blank) {
      coming.back().line = {.text = line.text.substr(0, whole - begin),
                            .kind = LineKind::broken,
                            .target = {},
                            .id = {},
                            .label = "cut off"};
    }
    begin = end;
  }
  return coming;
}

std::string tell(const Story& story) {
  return fmt::format("options: {}\n", fmt::join(story.options, " ")) + tell_lines(story) +
         tell_feed(story) + tell_reader(story.reader) + tell_rest(story);
}

}  // namespace smolfleet::faults
