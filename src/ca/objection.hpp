// Why a file is not fit to be a guest's CA, before anyone knows what the file is called.
#pragma once

#include "smolfleet/core/failure.hpp"

#include <expected>
#include <string>
#include <utility>

namespace smolfleet::ca {

/// Belongs to the bytes, so it can be remembered for all paths and plans that lead to them.
struct Objection {
  core::FailureCode code = core::FailureCode::ca_invalid;
  std::string text;  ///< to follow the file's name: "is DER, not PEM"
  std::string hint;  ///< what to do
};

/// For a check that returns the objection in place of what it was to read.
[[nodiscard]] inline std::unexpected<Objection> objection(std::string text, std::string hint) {
  return std::unexpected(Objection{.text = std::move(text), .hint = std::move(hint)});
}

}  // namespace smolfleet::ca
