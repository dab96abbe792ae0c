// Why a file is not fit to be a guest's CA, before anyone knows what the file is called.
#pragma once

#include "smolfleet/core/failure.hpp"

#include <string>

namespace smolfleet::ca {

/// Belongs to the bytes, so it can be remembered for all paths and plans that lead to them.
struct Objection {
  core::FailureCode code = core::FailureCode::ca_invalid;
  std::string text;  ///< to follow the file's name: "is DER, not PEM"
  std::string hint;  ///< what to do
};

}  // namespace smolfleet::ca
