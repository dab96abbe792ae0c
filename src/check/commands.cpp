// The driver's commands, without values that may be secrets.
#include "smolfleet/check/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>
#include <variant>

namespace smolfleet::check {
namespace {

using process::Command;

/// Takes the values of `env` out of `-e NAME=value`; behind `--` stands what the guest runs.
bool hide_values(std::vector<std::string>& argv, const plan::Pairs& env) {
  // By name, because a line has room for tens of thousands.
  const std::map<std::string_view, std::string_view> values(env.begin(), env.end());
  bool hides = false;
  const auto end = std::ranges::find(argv, "--");
  for (auto word = argv.begin(); word != end; ++word) {
    if (*word != "-e" || std::next(word) == end) continue;
    ++word;
    const auto equals = word->find('=');
    if (equals == std::string::npos) continue;
    const auto variable = values.find(std::string_view(*word).substr(0, equals));
    if (variable == values.end()) continue;
    word->replace(equals + 1, std::string::npos, hidden_value);
    hides = true;
  }
  return hides;
}

ShownCommand shown(Command command, const plan::Pairs& env = {}) {
  ShownCommand shown{.argv = std::move(command.argv), .through_environment = {}};
  shown.hides_values = hide_values(shown.argv, env);
  for (const auto& entry : command.extra_environment)
    shown.through_environment.push_back(entry.substr(0, entry.find('=')));
  return shown;
}

const plan::Pairs& env_of(const plan::Step& step) {
  static const plan::Pairs none;
  const auto* exec = std::get_if<plan::ExecStep>(&step.action);
  return exec == nullptr ? none : exec->env;
}

std::filesystem::path source_of(const plan::Step& step, ca::Staging& staging) {
  const auto* copy = std::get_if<plan::CopyStep>(&step.action);
  if (copy == nullptr) return {};
  // It fails if there is no working directory, or the path is longer than any can be.
  return staging.reachable(copy->from).value_or(staging.directory() / "link");
}

}  // namespace

std::vector<Phase> phases_of(const plan::Plan& plan, const ca::StagedCa& ca, ca::Staging& staging,
                             const driver::Smolvm& smolvm, const driver::Capabilities& can) {
  std::vector<Phase> phases;
  if (plan.machine) {
    phases.push_back({"create", {shown(smolvm.create(plan, can), plan.machine->env)}});
    phases.push_back({"start", {shown(smolvm.start(plan.target))}});
  }
  phases.push_back({"copy_ca", {shown(smolvm.copy_ca(plan.target, ca.file))}});
  phases.push_back({"install_ca", {shown(smolvm.install_ca(plan.target, can))}});
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const auto& step = plan.steps[i];
    Phase phase{fmt::format("step[{}]", i), {}};
    for (auto& call : smolvm.step(plan.target, step, source_of(step, staging), can))
      phase.commands.push_back(shown(std::move(call.command), env_of(step)));
    phases.push_back(std::move(phase));
  }
  return phases;
}

}  // namespace smolfleet::check
