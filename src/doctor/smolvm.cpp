// The probe that `up` makes, and its list of machines.
#include "smolfleet/doctor/smolvm.hpp"

#include "smolfleet/core/text.hpp"
#include "smolfleet/driver/probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace smolfleet::doctor {
namespace {

/// From here on `cp` reaches into the guest's container (contract §9).
constexpr driver::Version recommended{1, 9, 0};
constexpr auto where_to_get = "https://github.com/smol-machines/smolvm";

MachineCounts counts_of(const driver::Machines& machines) {
  MachineCounts counts{.all = machines.size()};
  for (const auto& [name, machine] : machines) {
    counts.running += machine.state == "running" ? 1 : 0;
    counts.has_started |= !machine.state.empty() && machine.state != "created";
  }
  return counts;
}

Finding problem(std::string topic, std::string text, std::string mend) {
  return {.topic = std::move(topic),
          .level = Level::problem,
          .text = std::move(text),
          .mend = std::move(mend)};
}

/// What smolvm printed goes to nobody: the failure's message quotes what there is to know.
Finding failed(const std::string& topic, const core::Failure& failure) {
  return problem(topic, failure.message, failure.hint.value_or("try it by hand"));
}

/// `sentence` says what is wrong, and behind a colon what to do.
Finding not_found(const std::string& sentence) {
  const auto colon = sentence.rfind(": ");
  const auto advice =
      colon == std::string::npos ? std::string() : sentence.substr(colon + 2) + "; ";
  return problem("smolvm", sentence.substr(0, colon),
                 fmt::format("{}it comes from {}", advice, where_to_get));
}

std::string install(const driver::Version& version) {
  return fmt::format("install {} or newer from {}", driver::to_string(version), where_to_get);
}

Finding judge_version(const std::string& path, const driver::Version& version) {
  auto text =
      fmt::format("{} at {}", driver::to_string(version), core::printable(path, std::string::npos));
  if (version < driver::oldest_for_machines)
    return problem("smolvm", text + ": too old to be driven to create machines",
                   install(recommended));
  if (version < recommended)
    return {.topic = "smolvm",
            .level = Level::warning,
            .text = text + ": before 1.9.0 a copied file may not reach the guest's container",
            .mend = install(recommended)};
  return {.topic = "smolvm", .text = std::move(text)};
}

Finding judge_abilities(const driver::Capabilities& can) {
  const auto yes = [](bool has) { return has ? "yes" : "no"; };
  Finding finding{
      .topic = "smolvm",
      .text = fmt::format("create --label: {}, cp --mode: {}, exec --user: {}",
                          yes(can.create_label), yes(can.copy_mode), yes(can.exec_user))};
  if (!can.create_label) {
    finding.level = Level::warning;
    finding.text += "; without labels `smolfleet down --run` cannot find a run's guests";
    finding.mend = install(recommended);
  }
  return finding;
}

Finding judge_machines(const MachineCounts& counts) {
  auto text = fmt::format("its database answers: {} machines, {} of them running", counts.all,
                          counts.running);
  if (!counts.has_started) text += "; none has been started yet, so the first start will go alone";
  return {.topic = "smolvm", .text = std::move(text)};
}

}  // namespace

core::Awaitable<void> ask(const driver::Smolvm& smolvm, process::Runner& runner, Smolvm& facts) {
  auto can = co_await driver::probe(smolvm, runner);
  facts.can = std::move(can);
  if (!*facts.can) co_return;
  auto machines = co_await driver::list_machines(smolvm, runner);
  if (machines) {
    facts.machines = counts_of(*machines);
  } else {
    facts.machines = std::unexpected(std::move(machines).error());
  }
}

Findings judge(const Smolvm& smolvm) {
  if (!smolvm.program) return {not_found(smolvm.program.error())};
  if (!smolvm.can) return {};
  if (!*smolvm.can) return {failed("smolvm", smolvm.can->error())};
  Findings findings = {judge_version(*smolvm.program, *(*smolvm.can)->version),
                       judge_abilities(**smolvm.can)};
  if (!smolvm.machines) return findings;
  findings.push_back(*smolvm.machines ? judge_machines(**smolvm.machines)
                                      : failed("smolvm", smolvm.machines->error()));
  return findings;
}

}  // namespace smolfleet::doctor
