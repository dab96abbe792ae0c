// This process's environment, changed for its children.
#include "smolfleet/process/command.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace smolfleet::process {
namespace {

std::string_view name_of(std::string_view entry) {
  return entry.substr(0, entry.find('='));
}

bool names(const std::vector<std::string>& list, std::string_view name) {
  return std::ranges::any_of(list, [=](std::string_view entry) { return name_of(entry) == name; });
}

}  // namespace

Environment inherited_environment(const std::vector<std::string>& set,
                                  const std::vector<std::string>& removed) {
  auto entries = set;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const auto name = name_of(*entry);
    if (!names(set, name) && !names(removed, name)) entries.emplace_back(*entry);
  }
  return std::make_shared<const std::vector<std::string>>(std::move(entries));
}

}  // namespace smolfleet::process
