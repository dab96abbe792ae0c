// The frame of a story: options, streams, signals, limits.
#include "weave.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace smolfleet::faults {
namespace {

enum Topic : std::uint64_t { options_topic = 3, streams_topic, signals_topic, limits_topic };

std::string seconds(Dice& dice, int least_tenths, int most_tenths) {
  return fmt::format("{:.1f}", dice.between(least_tenths, most_tenths) / 10.0);
}

void add(Story& story, std::string name, std::string value) {
  story.options.push_back(std::move(name));
  story.options.push_back(std::move(value));
}

bool has_slow_faults(const Story& story) {
  return std::ranges::any_of(story.rules, [](const FaultRule& fault) {
    return fault.label.contains("hang") || fault.label.starts_with("start: error");
  });
}

/// All but the clean-up short: what hangs is to be ended while the story lasts.
void add_deadlines(Dice& dice, Story& story) {
  for (const auto* phase : {"create", "start", "copy_ca", "install_ca", "step"}) {
    const auto limit = dice.chance(0.5) ? seconds(dice, 3, 8) : seconds(dice, 9, 20);
    add(story, "--deadline", fmt::format("{}={}", phase, limit));
  }
  add(story, "--deadline", "stop=" + seconds(dice, 9, 30));
  add(story, "--deadline", "delete=" + seconds(dice, 9, 30));
}

void add_halt(Dice& dice, Story& story) {
  const auto* when = dice.chance(0.5) ? "soon" : "now";
  const auto limit = dice.chance(0.5) ? std::to_string(dice.between(1, 5))
                                      : fmt::format("{}%", dice.between(10, 100));
  add(story, "--halt", fmt::format("{},fail={}", when, limit));
}

void cut_somewhere(Dice& dice, Story& story) {
  const auto whole = feed_text(story).size();
  story.feed.cut = static_cast<std::size_t>(dice.fraction() * static_cast<double>(whole));
}

void add_stalls(Dice& dice, Story& story) {
  const auto whole = feed_text(story).size();
  for (int left = dice.between(1, 5); left > 0; --left) {
    const auto share = dice.fraction() * 0.4;
    story.feed.chunks.push_back(
        {.before = milliseconds(dice.between(0, 150)),
         .bytes = static_cast<std::size_t>(share * static_cast<double>(whole))});
  }
}

}  // namespace

void weave_options(std::uint64_t seed, Story& story) {
  Dice dice(seed, options_topic);
  const bool slow = has_slow_faults(story);
  const auto jobs = slow ? std::vector<int>{8, 16, 64} : std::vector<int>{1, 2, 3, 8, 16, 64};
  add(story, "--jobs", std::to_string(dice.one_of(jobs)));
  add(story, "--boot-slots", std::to_string(dice.one_of(std::vector<int>{slow ? 4 : 1, 4, 16})));
  if (dice.chance(0.3)) add(story, "--create-slots", std::to_string(dice.between(2, 6)));
  add(story, "--settle-delay", fmt::format("{:.2f}", dice.between(0, 20) / 100.0));
  add_deadlines(dice, story);
  story.on_failure = dice.one_of(std::vector{OnFailure::remove, OnFailure::remove,
                                             OnFailure::remove, OnFailure::stop, OnFailure::keep});
  if (story.on_failure == OnFailure::stop) add(story, "--on-failure", "stop");
  if (story.on_failure == OnFailure::keep) add(story, "--on-failure", "keep");
  if (dice.chance(0.2)) add_halt(dice, story);
  if (dice.chance(0.1)) add(story, "--timeout", seconds(dice, 1, 15));
  story.events = dice.chance(0.3);
  if (story.events) story.options.emplace_back("--events");
}

void weave_streams(std::uint64_t seed, Story& story) {
  Dice dice(seed, streams_topic);
  const double feed = dice.fraction();
  if (feed < 0.12) {
    story.feed.via = FeedVia::file_as_stdin;
  } else if (feed < 0.2) {
    story.feed.via = FeedVia::named_file;
  } else if (feed < 0.35) {
    cut_somewhere(dice, story);
  } else if (feed < 0.6) {
    add_stalls(dice, story);
  }
  if (dice.chance(0.3)) story.feed.before_end = milliseconds(dice.between(50, 500));

  auto& reader = story.reader;
  const double who = dice.fraction();
  if (who < 0.12) {
    reader = {.who = Reader::slow,
              .bytes = static_cast<std::size_t>(dice.between(200, 4000)),
              .pause = milliseconds(dice.between(1, 12))};
  } else if (who < 0.24) {
    reader = {.who = Reader::leaves, .bytes = static_cast<std::size_t>(dice.between(0, 12'000))};
  } else if (who < 0.34) {
    reader.who = Reader::file;
  } else if (who < 0.37) {
    reader.who = Reader::full_device;
  } else if (who < 0.45) {
    reader = {.who = Reader::full_disk,
              .bytes = 4096 * static_cast<std::size_t>(dice.between(1, 6))};
  }
}

void weave_signals(std::uint64_t seed, Story& story) {
  Dice dice(seed, signals_topic);
  const double which = dice.fraction();
  const int count = which < 0.62 ? 0 : which < 0.78 ? 1 : which < 0.9 ? 2 : 3;
  const int spread = dice.one_of(std::vector<int>{20, 200, 1000});
  for (int i = 0; i < count; ++i) {
    const int signal = dice.one_of(std::vector<int>{SIGINT, SIGINT, SIGTERM, SIGTERM, SIGHUP});
    story.signals.push_back({milliseconds(dice.between(0, i == 0 ? spread : spread / 2)), signal});
  }
}

void weave_limits(std::uint64_t seed, const Means& means, Story& story) {
  Dice dice(seed, limits_topic);
  if (dice.chance(0.08)) story.descriptors = 64;
  const bool memory = dice.chance(0.06);
  // It starts with less than one MiB.
  const int pages = dice.between(200, 1000);
  if (memory && means.memory_limits)
    story.memory_bytes = std::size_t{4096} * static_cast<std::size_t>(pages);
}

Story weave(std::uint64_t seed, const CaFiles& files, const Means& means) {
  Story story;
  story.seed = seed;
  weave_lines(seed, files, story);
  weave_rules(seed, story);
  weave_options(seed, story);
  weave_streams(seed, story);
  weave_signals(seed, story);
  weave_limits(seed, means, story);
  weave_journal(seed, story);
  return story;
}

}  // namespace smolfleet::faults
