// A gate for each name in use.
#include "smolfleet/fleet/name_turns.hpp"

namespace smolfleet::fleet {

core::Awaitable<std::expected<NameTurns::Turn, core::Interruption>> NameTurns::enter(
    std::string name) {
  using Entered = std::expected<Turn, core::Interruption>;
  const auto entry = entries_.try_emplace(std::move(name), executor_).first;
  Share share(entries_, entry);
  auto place = co_await entry->second.gate.enter();
  if (!place) co_return Entered(std::unexpect, place.error());
  co_return Entered(std::in_place, std::move(share), std::move(*place));
}

std::vector<std::string> NameTurns::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_)
    names.push_back(name);
  return names;
}

}  // namespace smolfleet::fleet
