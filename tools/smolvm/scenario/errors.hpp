// The named errors: who may have them, and smolvm's words for them.
#pragma once

#include "scenario/scenario.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace smolfleet::standin {

struct ErrorName {
  NamedError error;
  std::string_view name;
  /// The verbs that it can befall.
  std::span<const VerbId> verbs;
};

[[nodiscard]] std::span<const ErrorName> error_names();
[[nodiscard]] const ErrorName& describe(NamedError error);
/// The whole message behind `Error: `.
[[nodiscard]] std::string message_of(NamedError error, const Call& call);

}  // namespace smolfleet::standin
