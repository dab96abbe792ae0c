// What results, removals and events have in common on their way to JSON.
#pragma once

#include "smolfleet/results/result.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::results {

/// Keeps the order in which keys are added.
using OrderedJson = nlohmann::ordered_json;

/// An object with room for so many keys: to grow, it would copy what it has, value by value.
[[nodiscard]] OrderedJson object_of(std::size_t keys);

/// With three decimals at most; they print so, because the shortest text for the double is taken.
[[nodiscard]] double rounded(Millis time);

/// ISO 8601 in UTC with milliseconds.
[[nodiscard]] std::string json_time(std::chrono::system_clock::time_point time);

[[nodiscard]] OrderedJson json_of_phases(const std::vector<Phase>& phases);

/// Children's output is trimmed and bounded.
[[nodiscard]] OrderedJson json_of_failure(const core::Failure& failure);

/// One line with its '\n'; whatever invalid UTF-8 has come so far is replaced, rather than thrown
/// about.
[[nodiscard]] std::string to_json_line(const OrderedJson& json);

template <class T>
OrderedJson or_null(const std::optional<T>& value) {
  return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

}  // namespace smolfleet::results
