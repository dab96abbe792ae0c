// Short ways to write the stand-in's scenarios, and fleets that run into them.
#pragma once

#include "fixture.hpp"

#include <map>
#include <string>
#include <vector>

namespace smolfleet::test {

/// Strikes the given calls of a verb for each machine, counted from 1.
[[nodiscard]] json rule(const char* verb, const json& attempts, const json& what);

/// Strikes calls of a verb by chance.
[[nodiscard]] json chance(const char* verb, double probability, const json& what);

/// Strikes every call of a verb for one machine.
[[nodiscard]] json rule_for(const char* verb, const char* machine, const json& what);

/// An action of one key; nested braces would make an array of it.
[[nodiscard]] json action(const char* key, const json& value);

/// A whole scenario of rules.
[[nodiscard]] json scenario(const json& rules);

/// A plan whose guest smolfleet creates.
[[nodiscard]] json created(const Scene& scene, const std::string& target);

/// Plans for b0, b1, …
[[nodiscard]] std::vector<json> fleet_of(const Scene& scene, int size);

[[nodiscard]] std::map<std::string, int> count_by_status(const UpRun& run);

}  // namespace smolfleet::test
