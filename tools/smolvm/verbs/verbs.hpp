// What each verb of `smolvm machine` does, one file per verb.
#pragma once

#include "cli/grammar.hpp"
#include "machine/directory.hpp"
#include "scenario/scenario.hpp"
#include "store/record.hpp"
#include "support/result.hpp"
#include "support/settings.hpp"

#include <string>

namespace smolfleet::standin {

struct Context {
  const Settings& settings;
  const Arguments& arguments;
  const Call& call;
  /// What the scenario wants of this call beyond what has happened already.
  const Action& action;

  [[nodiscard]] const std::string& machine() const { return call.machine; }
  [[nodiscard]] bool has_guests() const { return settings.guest == GuestKind::sandbox; }
};

/// The exit code, or why there is none.
[[nodiscard]] Result<int> create(const Context& context);
[[nodiscard]] Result<int> start(const Context& context);
[[nodiscard]] Result<int> stop(const Context& context);
[[nodiscard]] Result<int> remove(const Context& context);
[[nodiscard]] Result<int> status(const Context& context);
[[nodiscard]] Result<int> list(const Context& context);
[[nodiscard]] Result<int> exec(const Context& context);
[[nodiscard]] Result<int> copy(const Context& context);
[[nodiscard]] Result<int> data_dir(const Context& context);

/// The state that smolvm reports: a stored `running` is checked against the process (contract
/// §1.3).
[[nodiscard]] State probe(const Record& record, const MachineDirectory& directory);

/// exec and cp on a machine that doesn't answer.
[[nodiscard]] Failure not_running(const std::string& machine);
/// The scenario's `unreachable`: the record is marked as smolvm marks it, and the command fails
/// (contract §3.5).
[[nodiscard]] Failure mark_unreachable(const Context& context);

}  // namespace smolfleet::standin
