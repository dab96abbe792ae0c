// Stories of runs that are killed and resumed.
#include "weave.hpp"

#include <algorithm>

namespace smolfleet::faults {
namespace {

constexpr std::uint64_t topic = 7;

/// Takes an option and its value out.
void drop_option(Story& story, std::string_view name) {
  auto& options = story.options;
  const auto found = std::ranges::find(options, name);
  if (found != options.end()) options.erase(found, found + 2);
}

/// The last run is to answer everything: nothing may end it early.
void leave_undisturbed(Dice& dice, Story& story) {
  drop_option(story, "--halt");
  drop_option(story, "--timeout");
  story.signals.clear();
  story.memory_bytes.reset();
  story.reader = {.who = dice.chance(0.7) ? Reader::prompt : Reader::file};
}

void interrupt(Dice& dice, Story& story) {
  leave_undisturbed(dice, story);
  auto& journal = story.journal;
  if (dice.chance(0.2)) journal.disk = 4096 * static_cast<std::size_t>(dice.between(1, 6));
  const int spread = dice.one_of(std::vector<int>{60, 300, 1500});
  for (int left = dice.between(journal.disk ? 0 : 1, 4); left > 0; --left)
    journal.kills.emplace_back(dice.between(5, spread));
  if (dice.chance(0.4)) journal.damage = dice.chance(0.5) ? Damage::torn : Damage::flipped;
  journal.where = dice.next();
  journal.retries_failed = dice.chance(0.3);
}

}  // namespace

void weave_journal(std::uint64_t seed, Story& story) {
  Dice dice(seed, topic);
  if (dice.chance(0.6)) return;
  story.journal.is_kept = true;
  if (dice.chance(0.75)) interrupt(dice, story);
}

}  // namespace smolfleet::faults
