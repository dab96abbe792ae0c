// What `check` says of one line of a feed, as a value.
#pragma once

#include "smolfleet/ca/staging.hpp"
#include "smolfleet/check/commands.hpp"
#include "smolfleet/core/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::check {

/// What `up` would not refuse, and what is likely to go wrong all the same.
enum class Doubt { duplicate_target, misspelt_key, port_taken, not_on_host };

/// "duplicate_target", as JSON has it.
[[nodiscard]] std::string_view to_string(Doubt doubt);

/// So many of a line are enough: it has room for a hundred thousand volumes.
inline constexpr std::size_t most_warnings = 50;

struct Warning {
  Doubt doubt = Doubt::duplicate_target;
  std::string pointer;  ///< JSON pointer to the field (RFC 6901)
  std::string message;  ///< what is to be said of it, to follow the pointer
  std::string hint;
};

/// A CA that has passed the pre-flight.
struct CheckedCa {
  std::string path;  ///< as the plan gave it
  ca::StagedCa staged;
};

struct Verdict {
  std::uint64_t line = 0;
  std::optional<std::string> id;         ///< nothing: the line had none that could be read
  std::optional<std::string> target;     ///< as for `id`
  std::optional<CheckedCa> ca;           ///< nothing: its pre-flight failed, or there was no plan
  std::vector<Phase> phases;             ///< none if the line is bad
  std::vector<Warning> warnings;         ///< the first `most_warnings`
  std::optional<core::Failure> failure;  ///< what `up` would answer; nothing: the line is good
  std::string pointer;  ///< to the field that the failure is about; empty: the line

  [[nodiscard]] bool is_good() const { return !failure; }
  /// Whether there is more to say of it than that it is good.
  [[nodiscard]] bool is_noteworthy() const { return failure || !warnings.empty(); }
};

/// What came of a feed.
struct Tally {
  std::uint64_t good = 0;
  std::uint64_t bad = 0;
  std::uint64_t warnings = 0;

  void count(const Verdict& verdict);
  [[nodiscard]] std::uint64_t lines() const { return good + bad; }
};

}  // namespace smolfleet::check
