// Why a guest is not as it was to be: the value that every room hands upwards and that a result
// prints.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace smolfleet::core {

/// The closed, stable list of failure codes (spec §7). A new one is a change of the product.
enum class FailureCode {
  invalid_plan,
  duplicate_target,
  ca_missing,
  ca_invalid,
  ca_contains_private_key,
  smolvm_unsupported,
  spawn_failed,
  create_failed,
  start_failed,
  copy_failed,
  install_failed,
  step_failed,
  timeout,
  cancelled,
  host_unfit,
  // of a removal only
  removal_failed,
  not_ours,
};

/// Those that a plan can end with.
inline constexpr std::array failure_codes_of_plans = {
    FailureCode::invalid_plan,
    FailureCode::duplicate_target,
    FailureCode::ca_missing,
    FailureCode::ca_invalid,
    FailureCode::ca_contains_private_key,
    FailureCode::smolvm_unsupported,
    FailureCode::spawn_failed,
    FailureCode::create_failed,
    FailureCode::start_failed,
    FailureCode::copy_failed,
    FailureCode::install_failed,
    FailureCode::step_failed,
    FailureCode::timeout,
    FailureCode::cancelled,
    FailureCode::host_unfit,
};

/// The code as it stands in a result, for example "ca_missing".
[[nodiscard]] std::string_view to_string(FailureCode code);

/// What happened, to what, and what to do next. A value; whoever holds it owns it.
struct [[nodiscard]] Failure {
  FailureCode code = FailureCode::invalid_plan;
  /// The phase that failed ("create", "step[2]", "ca" for the pre-flight); empty: none was reached.
  std::string phase;
  /// One sentence that names the thing and what is wrong with it. Valid UTF-8.
  std::string message;
  /// The child's exit code or signal, where a child's end is the cause; at most one is set.
  std::optional<int> exit_code;
  std::optional<int> signal;
  /// What the child printed, as captured: bounded, any bytes.
  std::string out;
  std::string err;
  /// What the person can do about it.
  std::optional<std::string> hint;
};

/// The last line that the child wrote to stderr, for a log: printable, bounded; empty if there is
/// none, or if the message quotes it. What a plan's own steps and init print may be a secret and
/// is not quoted.
[[nodiscard]] std::string last_words(const Failure& failure);

}  // namespace smolfleet::core
