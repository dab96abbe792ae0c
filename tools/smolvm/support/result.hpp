// How a command fails: a value that ends as one line on stderr and an exit code.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace smolfleet::standin {

/// The exit code for a broken scenario or setting: no exit code of smolvm, so never mistaken for
/// one.
inline constexpr int misconfigured_exit = 70;

/// `PREFIX MESSAGE` on stderr, then `exit_code`.
struct [[nodiscard]] Failure {
  std::string message;
  int exit_code = 1;
  std::string_view prefix = "Error: ";
};

template <typename T>
using Result = std::expected<T, Failure>;

/// A failure in smolvm's own words.
[[nodiscard]] inline std::unexpected<Failure> fail(std::string message) {
  return std::unexpected(Failure{.message = std::move(message)});
}

/// The stand-in itself is used wrongly (a bad scenario, an unknown setting).
[[nodiscard]] inline std::unexpected<Failure> misconfigured(std::string message) {
  return std::unexpected(Failure{.message = std::move(message),
                                 .exit_code = misconfigured_exit,
                                 .prefix = "smolvm stand-in: "});
}

}  // namespace smolfleet::standin
