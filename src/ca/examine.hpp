// The pre-flight itself, without the file's name: see inspect.hpp.
#pragma once

#include "smolfleet/ca/inspect.hpp"

#include "ca/objection.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace smolfleet::ca {

/// A certificate that passed, and what a guest gets of its file.
struct Examined {
  Certificate certificate;
  /// The certificate alone, written anew: whatever else stands in the file, which may be a key in a
  /// form that nobody knows, stays here.
  std::string pem;
};

/// Checks all that `inspect` promises.
[[nodiscard]] std::expected<Examined, Objection> examine(std::string_view bytes);

/// The objection to a file of more than `max_file_size`, which need not be read for it.
[[nodiscard]] Objection too_large();

/// The failure that a plan with the file `name` ends with.
[[nodiscard]] core::Failure failure_about(std::string_view name, const Objection& objection);

}  // namespace smolfleet::ca
