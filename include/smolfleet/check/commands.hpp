// What `up` would run for a plan, in a form that may be shown.
#pragma once

#include "smolfleet/ca/staging.hpp"
#include "smolfleet/driver/capabilities.hpp"
#include "smolfleet/driver/smolvm.hpp"
#include "smolfleet/plan/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::check {

/// Stands in argv for a value of `env` that goes there.
inline constexpr std::string_view hidden_value = "***";

struct ShownCommand {
  std::vector<std::string> argv;  ///< any bytes, but no value of a plan's `env`
  /// Names of the variables whose values go to smolvm through its environment.
  std::vector<std::string> through_environment;
  bool hides_values = false;  ///< argv has `hidden_value` in it
};

/// A phase as `up` calls it, and what it runs.
struct Phase {
  std::string name;
  std::vector<ShownCommand> commands;
};

/// The phases of a plan that goes well, in order. `ca` is what `staging` made of its CA.
[[nodiscard]] std::vector<Phase> phases_of(const plan::Plan& plan, const ca::StagedCa& ca,
                                           ca::Staging& staging, const driver::Smolvm& smolvm,
                                           const driver::Capabilities& can);

}  // namespace smolfleet::check
