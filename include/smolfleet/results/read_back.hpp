// What `up` wrote, read back: which guest a line is about, and whether `up` made it. Input is
// hostile.
#pragma once

#include "smolfleet/core/failure.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace smolfleet::results {

/// Whether a plan's guest was created. `refused`: smolvm was asked and said no. `begun`: it was
/// asked; unless it was ended half-way, the guest is there.
enum class Creation { none, refused, begun };

/// A result, as far as the guest behind it is concerned.
struct PastResult {
  std::optional<std::string> id;
  std::optional<std::string> target;
  std::string run;
  Creation creation = Creation::none;
};

struct PastEvent {};

/// No line of `up`: perhaps a plan.
struct NotOfUp {};

/// A line that calls itself a result and is none. `failure.code` is invalid_plan; its message names
/// the field as a JSON pointer.
struct Unreadable {
  std::optional<std::string> id;
  std::optional<std::string> target;
  core::Failure failure;
};

using PastLine = std::variant<PastResult, PastEvent, NotOfUp, Unreadable>;

/// Reads one line, without its line end. A result has `status`, an event has `event`; what has a
/// `machine` is a plan in any case, for plans may have keys of their own. Never throws for any
/// input.
[[nodiscard]] PastLine read_back(std::string_view line);

}  // namespace smolfleet::results
