// What smolvm and its guests print, and how they end: read and judged for every verb.
//
// An input's first line says how the command ended: the kind of its end as a letter, then the exit
// code or signal as a byte, counted from '0'. Up to a line "---" follows stdout, behind it stderr.
#include "smolfleet/driver/capabilities.hpp"
#include "smolfleet/driver/classify.hpp"
#include "smolfleet/driver/machines.hpp"

#include "target.hpp"

#include <algorithm>
#include <csignal>
#include <string>
#include <string_view>
#include <variant>

namespace smolfleet::fuzz {
namespace {

using driver::Verb;
using driver::Verdict;
using process::Outcome;

constexpr std::string_view separator = "\n---\n";

process::End end_of(char kind, int value) {
  switch (kind) {
    case 's':
      return process::Signalled{value};
    case 'n':
      return process::NotSpawned{"cannot start smolvm: no such file", "Name another."};
    case 't':
      return process::TimedOut{std::chrono::seconds(value)};
    case 'c':
      return process::Cancelled{};
    default:
      return process::Exited{value};
  }
}

Outcome outcome_of(std::string_view input) {
  const auto settings = take_line(input);
  const char kind = settings.empty() ? 'e' : settings[0];
  const int value = settings.size() < 2 ? 0 : (settings[1] - '0') & 0xFF;
  const auto out = input.substr(0, input.find(separator));
  input.remove_prefix(std::min(out.size() + separator.size(), input.size()));
  return {.end = end_of(kind, value),
          .had_child = kind != 'n',
          .out = std::string(out),
          .err = std::string(input)};
}

bool exited_with(const Outcome& outcome, int code) {
  const auto* exited = std::get_if<process::Exited>(&outcome.end);
  return exited != nullptr && exited->code == code;
}

bool was_killed(const Outcome& outcome) {
  const auto* signalled = std::get_if<process::Signalled>(&outcome.end);
  return exited_with(outcome, 128 + SIGKILL) ||
         (signalled != nullptr && signalled->signal == SIGKILL);
}

bool is_clean_up(Verb verb) {
  return verb == Verb::stop || verb == Verb::remove;
}

void claim_done(Verb verb, const Outcome& outcome) {
  const bool gone = is_clean_up(verb) && outcome.err.contains("vm not found:");
  claim(exited_with(outcome, 0) || gone, "what is done exited 0 or had nothing to do");
  claim(!std::holds_alternative<process::Cancelled>(outcome.end), "what was cancelled is not done");
  claim(verb != Verb::remove || gone || outcome.out.contains("Deleted machine:"),
        "a machine is gone only when smolvm says so");
}

void claim_founded(Verb verb, const Outcome& outcome, Verdict verdict) {
  switch (verdict) {
    case Verdict::done:
      return claim_done(verb, outcome);
    case Verdict::retry_settle:
      claim(verb == Verb::install_ca || verb == Verb::exec, "only what may run twice does");
      return claim(was_killed(outcome), "only what was killed has to settle");
    case Verdict::retry_lock:
      claim(verb == Verb::create || verb == Verb::create_again || is_clean_up(verb),
            "only changes wait for the database");
      return claim(outcome.err.contains("database is locked") ||
                       (verb == Verb::create_again && outcome.err.contains("is being created")),
                   "a lock is smolvm's word");
    case Verdict::retry_harmless:
      return claim(is_clean_up(verb), "only the clean-up is repeated for no reason");
    case Verdict::retry_start:
    case Verdict::host_unfit:
      claim(verb == Verb::start, "only a start tells of starts");
      return claim(outcome.err.contains("Error: "), "a start's end is smolvm's word");
    case Verdict::failed:
      return claim(is_clean_up(verb) || !exited_with(outcome, 0), "what exited 0 did not fail");
  }
}

void claim_explained(Verb verb, const Outcome& outcome, Verdict verdict) {
  const auto failure = driver::failure_of(verb, "step[0]", "guest", outcome);
  const bool unfit = failure.code == core::FailureCode::host_unfit;
  claim(unfit == (verdict == Verdict::host_unfit), "the code agrees with the verdict");
  claim(failure.out == outcome.out && failure.err == outcome.err, "a failure has the output");
  claim_told(failure);
  if (verb == Verb::exec) claim_one_line(failure);
  static_cast<void>(driver::may_have_created(failure));
}

/// Whatever a guest's init commands print behind "init: " is not smolvm's word.
void claim_guest_has_no_say(Outcome outcome) {
  const bool smolvm_spoke = outcome.err.starts_with("Error: ") || outcome.err.contains("\nError: ");
  if (!smolvm_spoke) return;
  const auto verdict = driver::classify(Verb::start, outcome);
  outcome.err += "init: " + outcome.out;
  claim(driver::classify(Verb::start, outcome) == verdict, "a guest cannot pass for its host");
}

void claim_machines_read(std::string_view out) {
  const auto machines = driver::parse_machines(out);
  claim(machines || !driver::shows_started_machine(out), "a started machine is in the list");
  if (!machines) return;
  for (const auto& [name, machine] : *machines) {
    claim(!name.empty() && name == machine.name, "a machine goes by its name");
    const driver::Creator creator{
        .run = driver::run_of(machine).value_or("run"), .plan = "plan", .not_before = {}};
    const bool since = machine.created_at >= std::chrono::sys_seconds();
    claim(driver::was_created_by(machine, creator, false) == since, "the time tells");
    claim(machine.labels.contains(std::string(driver::plan_label)) ||
              !driver::was_created_by(machine, creator, true),
          "a machine without a plan's label is nobody's");
  }
}

void claim_capabilities_read(std::string_view out) {
  if (const auto version = driver::parse_version(out))
    claim(driver::parse_version("smolvm " + driver::to_string(*version)) == version,
          "a version reads as it is written");
  for (const std::string_view flag : {"--user", "--mode", "--label"})
    claim(out.contains(flag) || !driver::lists_flag(out, flag), "a flag that is listed is there");
}

}  // namespace

void run(std::string_view input) {
  const auto outcome = outcome_of(input);
  for (const auto verb :
       {Verb::probe, Verb::create, Verb::create_again, Verb::start, Verb::copy_ca, Verb::install_ca,
        Verb::copy, Verb::set_mode, Verb::exec, Verb::exec_once, Verb::stop, Verb::remove}) {
    const auto verdict = driver::classify(verb, outcome);
    claim_founded(verb, outcome, verdict);
    claim_explained(verb, outcome, verdict);
  }
  claim_guest_has_no_say(outcome);
  claim_machines_read(outcome.out);
  claim_capabilities_read(outcome.out);
}

}  // namespace smolfleet::fuzz
