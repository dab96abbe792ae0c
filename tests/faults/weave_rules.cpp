// What smolvm does wrong in a story: rules of the stand-in's scenario.
#include "weave.hpp"

#include <fmt/format.h>

#include <utility>

namespace smolfleet::faults {
namespace {

constexpr std::uint64_t rules_topic = 2;

/// A fault that costs the run no time, or one of those that end by a deadline, a back-off or a
/// grace: these strike few machines, or a run of sixty would take minutes.
enum class Pace { quick, slow };

struct Possible {
  std::string verb;
  std::string name;
  json action;
  Pace pace = Pace::quick;
};

json action(const char* key, const json& value) {
  auto object = json::object();
  object[key] = value;
  return object;
}

/// Ends that any call may have.
void add_ends(std::vector<Possible>& all, const std::string& verb, Pace pace) {
  for (const int code : {1, 2, 101})
    all.push_back({verb, fmt::format("exit {}", code), action("exit", code), pace});
  for (const char* signal : {"KILL", "SEGV"})
    all.push_back({verb, fmt::format("signal {}", signal), action("signal", signal), pace});
}

void add_hangs(std::vector<Possible>& all, const std::string& verb) {
  for (const char* manner : {"polite", "stubborn"})
    all.push_back({verb, fmt::format("hang {}", manner), action("hang", manner), Pace::slow});
}

void add_errors(std::vector<Possible>& all, const std::string& verb,
                const std::vector<std::string>& errors, Pace pace) {
  for (const auto& error : errors)
    all.push_back({verb, "error " + error, action("error", error), pace});
}

void add_output(std::vector<Possible>& all, const std::string& verb) {
  all.push_back({verb, "5 MB on stdout", action("stdout_bytes", 5'000'000)});
  all.push_back({verb, "5 MB on stderr, exit 3", {{"stderr_bytes", 5'000'000}, {"exit", 3}}});
}

std::vector<Possible> for_bring_up() {
  std::vector<Possible> all;
  for (const char* verb : {"create", "start", "cp", "exec"}) {
    add_ends(all, verb, Pace::quick);
    add_hangs(all, verb);
    add_output(all, verb);
    all.push_back({verb, "latency", {{"latency", {{"exponential", 60}}}}});
  }
  add_errors(all, "create", {"locked"}, Pace::slow);
  add_errors(all, "start", {"not-ready", "enomem", "pull-429", "pull-timeout", "already-starting"},
             Pace::slow);
  add_errors(all, "start", {"vm-not-found"}, Pace::quick);
  add_errors(all, "cp", {"vm-not-found", "connection-closed", "unreachable"}, Pace::quick);
  add_errors(all, "exec", {"vm-not-found", "connection-closed", "unreachable"}, Pace::quick);
  for (const int code : {137, 124, 127})
    all.push_back({"exec", fmt::format("exit {}", code), action("exit", code)});
  return all;
}

std::vector<Possible> for_vms() {
  return {
      {"start", "orphan", action("orphan", true)},
      {"start", "daemon", action("daemon", true)},
      {"start", "hold_pipes", action("hold_pipes", true)},
      {"start", "hold_pipes late", {{"hold_pipes", true}, {"latency", {{"uniform", {0, 400}}}}}},
      {"start",
       "daemon late",
       {{"daemon", true}, {"latency", {{"uniform", {300, 2500}}}}},
       Pace::slow}};
}

std::vector<Possible> for_clean_up() {
  std::vector<Possible> all;
  for (const char* verb : {"stop", "delete", "ls"}) {
    add_ends(all, verb, Pace::slow);
    all.push_back({verb, "latency", {{"latency", {{"exponential", 60}}}}});
  }
  for (const char* verb : {"stop", "delete"}) {
    add_hangs(all, verb);
    add_errors(all, verb, {"vm-not-found"}, Pace::quick);
    add_output(all, verb);
  }
  all.push_back({"ls", "nonsense", {{"stdout", "[{\"name\": 7}"}, {"exit", 0}}, Pace::slow});
  add_errors(all, "delete", {"locked"}, Pace::slow);
  all.push_back({"delete", "prompt", action("prompt", true)});
  return all;
}

class RuleWeaver {
 public:
  RuleWeaver(std::uint64_t seed, Story& story) : dice_(seed, rules_topic), story_(story) {
    for (const auto& line : story.lines) {
      if (line.kind == LineKind::guest) targets_.push_back(line.target);
    }
  }

  void run() {
    const auto bring_up = for_bring_up();
    const auto vms = for_vms();
    const auto clean_up = for_clean_up();
    for (int left = dice_.between(0, 4); left > 0; --left)
      add(dice_.one_of(bring_up));
    for (int left = dice_.between(0, 2); left > 0; --left)
      add(dice_.one_of(vms));
    for (int left = dice_.between(0, 3); left > 0; --left)
      add(dice_.one_of(clean_up));
    if (dice_.chance(0.04)) add_unfit();
    add_latencies();
  }

 private:
  void add(const Possible& fault) {
    const int strikes = fault.pace == Pace::slow ? dice_.between(1, 3) : 1;
    for (int i = 0; i < strikes; ++i) {
      json rule = {{"verb", fault.verb}, {"action", fault.action}};
      choose_calls(fault, rule);
      story_.rules.push_back({fmt::format("{}: {}", fault.verb, fault.name), std::move(rule)});
    }
  }

  void choose_calls(const Possible& fault, json& rule) {
    if (fault.verb == "ls") {
      rule["attempts"] = dice_.chance(0.5) ? json({1}) : json({1, 2, 3});
      return;
    }
    // Never a human's machine: a fault may change its record, and that is not smolfleet's doing.
    const bool one = fault.pace == Pace::slow || dice_.chance(0.3);
    rule["machine"] = one && !targets_.empty() ? dice_.one_of(targets_) : "t*";
    if (dice_.chance(0.4)) rule["attempts"] = dice_.chance(0.7) ? json({1}) : json({2, 3});
    if (!one || dice_.chance(0.2))
      rule["probability"] = dice_.one_of(std::vector<double>{0.1, 0.3, 0.6, 1});
  }

  /// The host can start nothing: the whole run is over at once.
  void add_unfit() {
    const auto* error = dice_.chance(0.5) ? "no-kvm" : "no-rootfs";
    json rule = {{"verb", "start"}, {"action", action("error", error)}};
    if (dice_.chance(0.5)) rule["attempts"] = {1};
    story_.rules.push_back({fmt::format("start: error {}", error), std::move(rule)});
  }

  /// Behind the faults: how long calls take when nothing strikes.
  void add_latencies() {
    if (dice_.chance(0.4)) return;
    const int most = dice_.one_of(std::vector<int>{5, 30, 120});
    json rule = {{"verb", {"create", "start", "stop", "delete", "exec", "cp"}},
                 {"action", {{"latency", {{"uniform", {0, most}}}}}}};
    story_.rules.push_back({"latency of every call", std::move(rule)});
  }

  Dice dice_;
  Story& story_;
  std::vector<std::string> targets_;
};

}  // namespace

void weave_rules(std::uint64_t seed, Story& story) {
  RuleWeaver(seed, story).run();
}

}  // namespace smolfleet::faults
