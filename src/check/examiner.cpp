// A plan's verdict: its CA, its commands, and what came before it in the feed.
#include "smolfleet/check/examiner.hpp"

#include "smolfleet/plan/ca_choice.hpp"

#include "check/host_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace smolfleet::check {
namespace {

Verdict refusal(plan::Rejection rejection) {
  return {.line = rejection.line,
          .id = std::move(rejection.id),
          .target = std::move(rejection.target),
          .ca = {},
          .phases = {},
          .warnings = {},
          .failure = std::move(rejection.failure),
          .pointer = std::move(rejection.pointer)};
}

/// Of a port, which the plan's rules have checked.
unsigned number_of(std::string_view port) {
  unsigned number = 0;
  std::from_chars(port.data(), port.data() + port.size(), number);
  return number;
}

Warning taken_port(std::size_t index, unsigned port, std::uint64_t earlier, std::uint64_t line) {
  Warning warning{.doubt = Doubt::port_taken,
                  .pointer = fmt::format("/machine/ports/{}", index),
                  .message = {},
                  .hint = {}};
  if (earlier == line) {
    warning.message = fmt::format("the plan has port {} of this host twice", port);
    warning.hint = "A port leads into the guest once: the start will fail.";
  } else {
    warning.message = fmt::format("line {} has port {} of this host too", earlier, port);
    warning.hint = "Only one guest at a time can have it: the other one's start will fail.";
  }
  return warning;
}

std::vector<Warning> misspellings_in(const plan::Plan& plan) {
  std::vector<Warning> warnings;
  warnings.reserve(plan.misspellings.size());
  for (const auto& [pointer, meant] : plan.misspellings) {
    warnings.push_back(
        {.doubt = Doubt::misspelt_key,
         .pointer = pointer,
         .message = "no key that smolfleet knows: it is ignored",
         .hint = fmt::format("Did you mean \"{}\"? With --strict it is refused.", meant)});
  }
  return warnings;
}

}  // namespace

Examiner::Examiner(driver::Settings settings)
    : smolvm_(std::move(settings)),
      staging_(ca::Staging::imagine(staging_name)),
      targets_(most_targets) {}

Verdict Examiner::examine(std::expected<plan::Plan, plan::Rejection> line,
                          std::chrono::sys_seconds now) {
  return line ? judge(*line, now) : refusal(std::move(line).error());
}

Verdict Examiner::judge(const plan::Plan& plan, std::chrono::sys_seconds now) {
  Verdict verdict;
  verdict.line = plan.line;
  verdict.id = plan.id;
  verdict.target = plan.target;
  verdict.warnings = misspellings_in(plan);
  std::ranges::move(missing_on_host(plan), std::back_inserter(verdict.warnings));
  const auto choice = plan::choose_ca(plan);
  auto staged = staging_.stage(choice, now);
  if (staged) {
    note_target(plan, verdict);
    note_ports(plan, verdict);
    verdict.phases = phases_of(plan, *staged, staging_, smolvm_, assumed);
    verdict.ca = CheckedCa{.path = choice.path, .staged = std::move(*staged)};
  } else {
    verdict.failure = std::move(staged).error();
    verdict.pointer = plan::field_of(choice.label);
  }
  if (verdict.warnings.size() > most_warnings) verdict.warnings.resize(most_warnings);
  return verdict;
}

/// `up` refuses a target only while an earlier plan for it is in flight.
void Examiner::note_target(const plan::Plan& plan, Verdict& verdict) {
  auto* const earlier = targets_.find(plan.target);
  if (earlier == nullptr) {
    targets_.put(plan.target, plan.line);
    return;
  }
  verdict.warnings.push_back(
      {.doubt = Doubt::duplicate_target,
       .pointer = "/target",
       .message = fmt::format("line {} has the target {} too", *earlier, plan.target),
       .hint = "While that plan is in flight, `up` refuses this one: send it after the other's "
               "result."});
  *earlier = plan.line;
}

void Examiner::note_ports(const plan::Plan& plan, Verdict& verdict) {
  if (!plan.machine) return;
  for (std::size_t i = 0; i < plan.machine->ports.size(); ++i) {
    const std::string_view port = plan.machine->ports[i];
    const auto host = number_of(port.substr(0, port.find(':')));
    const auto [place, is_new] = ports_.try_emplace(host, plan.line);
    if (is_new || verdict.warnings.size() >= most_warnings) continue;
    const auto earlier = std::exchange(place->second, plan.line);
    verdict.warnings.push_back(taken_port(i, host, earlier, plan.line));
  }
}

}  // namespace smolfleet::check
