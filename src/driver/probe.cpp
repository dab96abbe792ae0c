// Asking smolvm: its version and its helps side by side.
#include "smolfleet/driver/probe.hpp"

#include "smolfleet/core/scope.hpp"
#include "smolfleet/core/text.hpp"
#include "smolfleet/driver/classify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace smolfleet::driver {
namespace {

using core::Awaitable;
using process::Command;
using process::Outcome;

Awaitable<void> run_into(process::Runner& runner, Command command, Outcome& outcome) {
  outcome = co_await runner.run(std::move(command));
}

struct Answers {
  Outcome version;
  Outcome create;
  Outcome copy;
  Outcome exec;
};

Awaitable<void> ask_all(core::Scope& scope, const Smolvm& smolvm, process::Runner& runner,
                        Answers& answers) {
  scope.spawn(run_into(runner, smolvm.version(), answers.version));
  scope.spawn(run_into(runner, smolvm.help("create"), answers.create));
  scope.spawn(run_into(runner, smolvm.help("cp"), answers.copy));
  scope.spawn(run_into(runner, smolvm.help("exec"), answers.exec));
  co_return;
}

bool exited_well(const Outcome& outcome) {
  const auto* exited = std::get_if<process::Exited>(&outcome.end);
  return exited != nullptr && exited->code == 0;
}

/// An exit, however it went, is an answer; everything else says that there is none.
bool answered(const Outcome& outcome) {
  return std::holds_alternative<process::Exited>(outcome.end);
}

core::Failure no_answer(const std::string& question, Outcome outcome) {
  auto failure = failure_of(Verb::probe, "probe", question, std::move(outcome));
  if (!failure.hint)
    failure.hint = fmt::format("Try `{}` by hand; the host may be overloaded.", question);
  return failure;
}

core::Failure not_smolvm(const Outcome& version) {
  auto failure = failure_of(Verb::probe, "probe", "smolvm --version", version);
  failure.message = fmt::format("the program did not say that it is smolvm, but \"{}\"",
                                core::printable(core::trimmed(version.out), 80));
  failure.hint = "Give the path of smolvm with --smolvm; other programs have similar names.";
  return failure;
}

}  // namespace

Awaitable<std::expected<Capabilities, core::Failure>> probe(const Smolvm& smolvm,
                                                            process::Runner& runner) {
  Answers answers;
  auto ask = [&](core::Scope& scope) { return ask_all(scope, smolvm, runner, answers); };
  co_await core::with_scope(ask);
  for (auto* answer : {&answers.version, &answers.create, &answers.copy, &answers.exec}) {
    const bool is_version = answer == &answers.version;
    if (answered(*answer)) continue;
    co_return std::unexpected(no_answer(
        is_version ? "smolvm --version" : "smolvm machine VERB --help", std::move(*answer)));
  }
  if (!exited_well(answers.version))
    co_return std::unexpected(no_answer("smolvm --version", std::move(answers.version)));
  Capabilities can;
  can.version = parse_version(answers.version.out);
  if (!can.version) co_return std::unexpected(not_smolvm(answers.version));
  can.create_label = exited_well(answers.create) && lists_flag(answers.create.out, "--label");
  can.copy_mode = exited_well(answers.copy) && lists_flag(answers.copy.out, "--mode");
  can.exec_user = exited_well(answers.exec) && lists_flag(answers.exec.out, "--user");
  co_return can;
}

Awaitable<bool> host_has_started_machines(const Smolvm& smolvm, process::Runner& runner,
                                          std::chrono::milliseconds at_most) {
  auto list = smolvm.list();
  list.deadline = std::min(list.deadline.value(), at_most);
  const auto outcome = co_await runner.run(std::move(list));
  co_return exited_well(outcome) && shows_started_machine(outcome.out);
}

Awaitable<std::expected<Machines, core::Failure>> list_machines(const Smolvm& smolvm,
                                                                process::Runner& runner) {
  constexpr auto question = "smolvm machine ls --json";
  auto outcome = co_await runner.run(smolvm.list());
  if (exited_well(outcome)) {
    auto machines = parse_machines(outcome.out);
    if (machines) co_return std::move(*machines);
  }
  co_return std::unexpected(no_answer(question, std::move(outcome)));
}

}  // namespace smolfleet::driver
