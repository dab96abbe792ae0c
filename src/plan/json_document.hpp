// A line's JSON as a tree that keeps the order of keys, refused where two readers could read it
// differently.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace smolfleet::plan {

/// Keeps the order of keys. Its objects search one key after the other: never look up in a loop
/// over a plan's own keys.
using OrderedJson = nlohmann::ordered_json;

/// What is wrong, and where.
struct Fault {
  std::string pointer;  ///< JSON pointer (RFC 6901), shortened and printable; empty: the line
  std::string text;     ///< what is wrong there, to follow the pointer: "must be …"
  std::optional<std::string> hint;
};

struct Document {
  OrderedJson root;  ///< as far as it could be read, if there is a fault
  std::optional<Fault> fault;
};

/// Reads `line` as one JSON value. Refuses what is no JSON, invalid UTF-8, duplicate keys and
/// nesting deeper than `max_depth`. Time is linear in the line (but for sorting the keys of each
/// object), memory at most a fixed multiple of it.
[[nodiscard]] Document read_document(std::string_view line);

/// `pointer` with `key` added, escaped as RFC 6901 says; a long key is shortened.
[[nodiscard]] std::string pointer_to(std::string_view pointer, std::string_view key);

}  // namespace smolfleet::plan
