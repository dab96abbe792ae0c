// The machines that are there in the end, against the results.
#include "invariants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace smolfleet::faults {
namespace {

/// What the results say of a guest; `anything`: they name it as leaked, or say nothing for sure.
enum class Fate { absent, running, stopped, present, anything };

const json* phase_named(const json& result, std::string_view name) {
  for (const auto& phase : result["phases"]) {
    if (phase["name"] == name) return &phase;
  }
  return nullptr;
}

/// Whether this plan's create is known to have made the guest, or known not to.
enum class Made { no, yes, perhaps };

Made made_by(const json& result) {
  const auto* create = phase_named(result, "create");
  if (create == nullptr) return Made::no;
  if ((*create)["exit_code"] == 0) return Made::yes;
  const auto said = result["error"]["stderr"].get<std::string>();
  const bool refused = (*create)["exit_code"].is_number() && said.contains("Error: ");
  return refused ? Made::no : Made::perhaps;
}

Fate after_failure(OnFailure how, Made made, Fate before) {
  if (made == Made::no) return before;
  // A namesake's guest is not this plan's to remove.
  if (made == Made::perhaps && before != Fate::absent) return before;
  if (how == OnFailure::remove) return Fate::absent;
  if (made == Made::perhaps) return Fate::anything;
  return how == OnFailure::stop ? Fate::stopped : Fate::present;
}

Fate fate_after(const Story& story, const json& result, Fate before) {
  if (result["status"] == "ok") return Fate::running;
  if (result["status"] == "rejected") return before;
  if (result["leaked"] == true) return Fate::anything;
  return after_failure(story.on_failure, made_by(result), before);
}

/// Faults after which smolvm's record is not what smolfleet made it: it was lied to.
bool was_lied_to(const Evidence& evidence, const std::string& machine) {
  return std::ranges::any_of(evidence.calls, [&](const json& call) {
    if (call["machine"] != machine || call["fault"].is_null()) return false;
    const bool removes = call["verb"] == "stop" || call["verb"] == "delete";
    return removes && call["fault"]["outcome"] == "error vm-not-found";
  });
}

/// Whether a run was killed while it started the machine.
bool was_killed_in_start(const Evidence& evidence, const std::string& machine) {
  std::string last;
  for (std::size_t i = 0; i < evidence.calls.size(); ++i) {
    const bool new_run = std::ranges::find(evidence.acts, i) != evidence.acts.end();
    if (new_run && last == "start") return true;
    if (evidence.calls[i]["machine"] == machine) last = evidence.calls[i]["verb"];
  }
  return false;
}

bool was_made_unreachable(const Evidence& evidence, const std::string& machine) {
  return std::ranges::any_of(evidence.calls, [&](const json& call) {
    return call["machine"] == machine && !call["fault"].is_null() &&
           call["fault"]["outcome"] == "error unreachable";
  });
}

class Inspection {
 public:
  Inspection(const Story& story, const Evidence& evidence, const Account& account, Verdict& verdict)
      : story_(story), evidence_(evidence), account_(account), verdict_(verdict) {}

  void run() {
    check_humans();
    for (const auto& coming : account_.lines) {
      if (coming.line.kind == LineKind::guest) targets_.insert(coming.line.target);
    }
    note_lost_results();
    for (const auto& target : targets_)
      check_guest(target);
    for (const auto& [name, machine] : evidence_.after) {
      const bool known = targets_.contains(name) || evidence_.before.contains(name);
      verdict_.expect("no machine that no plan names", known, name);
    }
    check_vms();
  }

 private:
  void check_humans() {
    for (const auto& [name, before] : evidence_.before) {
      const auto after = evidence_.after.find(name);
      const bool same = after != evidence_.after.end() && after->second == before;
      verdict_.expect("a human's machine is as it was", same, name);
    }
  }

  void note_lost_results() {
    for (const auto number : account_.unanswered())
      lost_.insert(account_.lines.at(number - 1).line.target);
    for (const auto number : account_.may_be_answered)
      lost_.insert(account_.lines.at(number - 1).line.target);
  }

  [[nodiscard]] Fate fate_of(const std::string& target) const {
    auto fate = Fate::absent;
    for (const auto& result : account_.results) {
      if (result["target"] != target || !is_guests(result)) continue;
      // Recorded results come in the feed's order, not in that in which things happened.
      if (evidence_.earlier.empty() || fate != Fate::running)
        fate = fate_after(story_, result, fate);
    }
    return fate;
  }

  [[nodiscard]] bool is_guests(const json& result) const {
    const auto number = result["line"].get<std::size_t>();
    return number <= account_.lines.size() &&
           account_.lines[number - 1].line.kind == LineKind::guest;
  }

  void check_guest(const std::string& target) {
    const bool is_there = evidence_.after.contains(target);
    if (lost_.contains(target) && !account_.delivered) {
      verdict_.expect("a guest whose result is lost is removed or named in the log",
                      !is_there || names(evidence_.run, target) || is_unlisted() || ran_out(),
                      target);
      return;
    }
    const auto fate = fate_of(target);
    if (was_lied_to(evidence_, target) || evidence_.run.hung) return;
    const auto state =
        is_there ? evidence_.after.at(target)["state"].get<std::string>() : std::string("absent");
    const auto told = fmt::format("{} is {}", target, state);
    switch (fate) {
      case Fate::absent:
        verdict_.expect("a guest whose plan did not end ok is gone", !is_there, told);
        break;
      case Fate::running:
        verdict_.expect("an ok plan's guest is there and running",
                        state == "running" || was_made_unreachable(evidence_, target), told);
        break;
      case Fate::stopped:
        verdict_.expect("--on-failure stop leaves the guest stopped",
                        is_there && state != "running", told);
        break;
      case Fate::present:
        verdict_.expect("--on-failure keep leaves the guest", is_there, told);
        break;
      case Fate::anything:
        break;
    }
  }

  /// Out of memory it has none for names either.
  [[nodiscard]] bool ran_out() const {
    return story_.memory_bytes && says(evidence_.run, "out of memory");
  }

  /// The last word of a run that was left at once names twenty plans and counts the others.
  [[nodiscard]] bool is_unlisted() const {
    return says(evidence_.run, "left with ") && says(evidence_.run, " more; ");
  }

  /// A VM process belongs to a machine that is there. Not smolfleet's fault: one that smolvm hides
  /// from it, or has not recorded when its start is ended (contract §4.6), which nobody finds.
  void check_vms() {
    for (const auto& process : evidence_.processes) {
      if (!process.is_vm()) continue;
      const auto& machine = process.machine;
      const bool excused = evidence_.run.hung || was_lied_to(evidence_, machine) ||
                           was_interrupted(machine) || lost_.contains(machine) ||
                           fate_of(machine) == Fate::anything;
      verdict_.expect("no VM runs without a machine", evidence_.after.contains(machine) || excused,
                      machine);
    }
    verdict_.expect("no VM runs without a machine", true, "");
  }

  [[nodiscard]] bool was_interrupted(const std::string& machine) const {
    if (was_killed_in_start(evidence_, machine)) return true;
    return std::ranges::any_of(account_.results, [&](const json& result) {
      if (result["target"] != machine) return false;
      const auto* start = phase_named(result, "start");
      return start != nullptr && (*start)["exit_code"].is_null();
    });
  }

  const Story& story_;
  const Evidence& evidence_;
  const Account& account_;
  Verdict& verdict_;
  std::set<std::string> targets_;
  std::set<std::string> lost_;  ///< targets of plans whose results are missing
};

}  // namespace

void check_machines(const Story& story, const Evidence& evidence, const Account& account,
                    Verdict& verdict) {
  Inspection(story, evidence, account, verdict).run();
}

void check(const Story& story, const Evidence& evidence, Verdict& verdict) {
  const auto account = draw_up(story, evidence, verdict);
  check_end(story, evidence, account, verdict);
  check_results(story, evidence, account, verdict);
  check_calls(story, evidence, account, verdict);
  check_journal(story, evidence, account, verdict);
  check_machines(story, evidence, account, verdict);
}

}  // namespace smolfleet::faults
