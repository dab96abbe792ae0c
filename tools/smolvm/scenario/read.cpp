// Scenario files: JSON in, rules out, every mistake with its JSON pointer.
#include "scenario/errors.hpp"
#include "scenario/reader.hpp"
#include "scenario/scenario.hpp"
#include "support/fd.hpp"
#include "support/ranges.hpp"
#include "support/text.hpp"

#include <signal.h>

#include <algorithm>
#include <array>

namespace smolfleet::standin {
namespace {

VerbId read_verb(const Place& place) {
  const auto name = place.text();
  constexpr Version newest{1'000, 0, 0};
  for (const auto& verb : verbs(newest)) {
    if (verb.name == name || (!verb.alias.empty() && verb.alias == name)) return verb.id;
  }
  place.refuse(cat("'", name, "' is no verb of smolvm machine"));
}

/// A verb, an array of verbs, or "*".
std::vector<VerbId> read_verbs(const Place& place) {
  if (place.value() == "*") return {};
  if (!place.value().is_array()) return {read_verb(place)};
  std::vector<VerbId> all;
  for (const auto& each : place.elements())
    all.push_back(read_verb(each));
  return all;
}

Slowdown read_slowdown(const Place& place) {
  Object object(place);
  Slowdown slowdown;
  if (const auto value = object.take("above")) slowdown.above = value->number(1);
  if (const auto value = object.take("exponent")) slowdown.exponent = value->number(0);
  object.finish();
  return slowdown;
}

/// A plain number is fixed; otherwise an object with one shape, and perhaps a slowdown.
Latency read_latency(const Place& place) {
  using enum Latency::Shape;
  if (place.value().is_number()) return {.shape = fixed, .first = place.number(0)};
  Object object(place);
  std::vector<Latency> given;
  if (const auto value = object.take("fixed")) {
    given.push_back({.shape = fixed, .first = value->number(0)});
  }
  if (const auto value = object.take("uniform")) {
    const auto bounds = value->elements();
    if (bounds.size() != 2) value->refuse("expected [LEAST, MOST]");
    const auto least = bounds[0].number(0);
    given.push_back({.shape = uniform, .first = least, .second = bounds[1].number(least)});
  }
  if (const auto value = object.take("exponential")) {
    given.push_back({.shape = exponential, .first = value->number(0)});
  }
  if (const auto value = object.take("lognormal")) {
    Object parameters(*value);
    const auto median = parameters.take("median");
    const auto sigma = parameters.take("sigma");
    parameters.finish();
    if (!median || !sigma) value->refuse("expected median and sigma");
    given.push_back({.shape = lognormal, .first = median->number(0), .second = sigma->number(0)});
  }
  const auto slowdown = object.take("slowdown");
  object.finish();
  if (given.size() != 1) place.refuse("expected one of fixed, uniform, exponential, lognormal");
  if (slowdown) given.front().slowdown = read_slowdown(*slowdown);
  return given.front();
}

int read_signal(const Place& place) {
  constexpr std::array names{
      std::pair{"HUP", SIGHUP},   std::pair{"INT", SIGINT},   std::pair{"QUIT", SIGQUIT},
      std::pair{"ABRT", SIGABRT}, std::pair{"KILL", SIGKILL}, std::pair{"SEGV", SIGSEGV},
      std::pair{"PIPE", SIGPIPE}, std::pair{"TERM", SIGTERM},
  };
  if (place.value().is_string()) {
    for (const auto& [name, number] : names) {
      if (place.text() == name) return number;
    }
    place.refuse("expected HUP, INT, QUIT, ABRT, KILL, SEGV, PIPE, TERM or a number");
  }
  const auto number = place.count();
  if (number == 0 || number >= static_cast<unsigned>(SIGRTMAX)) place.refuse("no such signal");
  return static_cast<int>(number);
}

NamedError read_error(const Place& place) {
  const auto name = place.text();
  std::string known;
  for (const auto& each : error_names()) {
    if (each.name == name) return each.error;
    known += cat(known.empty() ? "" : ", ", each.name);
  }
  place.refuse(cat("'", name, "' is none of ", known));
}

Hang read_hang(const Place& place) {
  if (place.value() == "polite") return Hang::polite;
  if (place.value() == "stubborn") return Hang::stubborn;
  place.refuse("expected \"polite\" (SIGTERM ends it) or \"stubborn\" (only SIGKILL does)");
}

int read_exit(const Place& place) {
  const auto code = place.count();
  if (code > 255) place.refuse("expected an exit code, 0 to 255");
  return static_cast<int>(code);
}

/// The keys of an action that end the command, at most one of them.
void read_outcome(const Place& place, Object& object, Action& action) {
  int given = 0;
  const auto take = [&](std::string_view key) {
    auto value = object.take(key);
    given += value ? 1 : 0;
    return value;
  };
  if (const auto value = take("exit")) action.exit = read_exit(*value);
  if (const auto value = take("signal")) action.signal = read_signal(*value);
  if (const auto value = take("error")) action.error = read_error(*value);
  if (const auto value = take("hang")) action.hang = read_hang(*value);
  if (const auto value = take("orphan")) action.orphan = value->boolean();
  if (const auto value = take("prompt")) action.prompt = value->boolean();
  if (given > 1) place.refuse("at most one of exit, signal, error, hang, orphan, prompt");
}

Action read_action(const Place& place) {
  Object object(place);
  Action action;
  if (const auto value = object.take("latency")) action.latency = read_latency(*value);
  if (const auto value = object.take("stdout")) action.out = value->text();
  if (const auto value = object.take("stderr")) action.err = value->text();
  if (const auto value = object.take("stdout_bytes")) action.out_bytes = value->count();
  if (const auto value = object.take("stderr_bytes")) action.err_bytes = value->count();
  if (const auto value = object.take("hold_pipes")) action.hold_pipes = value->boolean();
  if (const auto value = object.take("daemon")) action.daemon = value->boolean();
  read_outcome(place, object, action);
  object.finish();
  return action;
}

/// An action must be able to befall each verb that its rule names.
void check_verbs(const Place& place, const Rule& rule) {
  const auto only = [&](std::span<const VerbId> allowed, std::string_view what) {
    const bool fits = !rule.verbs.empty() && std::ranges::all_of(rule.verbs, [&](VerbId verb) {
      return contains(allowed, verb);
    });
    if (!fits) place.refuse(cat(what, " can't befall every verb of this rule"));
  };
  constexpr std::array start{VerbId::start};
  constexpr std::array remove{VerbId::remove};
  const auto& action = rule.action;
  if (action.error) {
    const auto& error = describe(*action.error);
    only(error.verbs, cat("the error '", error.name, "'"));
  }
  if (action.orphan) only(start, "orphan");
  if (action.hold_pipes) only(start, "hold_pipes");
  if (action.daemon) only(start, "daemon");
  if (action.prompt) only(remove, "prompt");
}

Rule read_rule(const Place& place) {
  Object object(place);
  Rule rule;
  if (const auto value = object.take("verb")) rule.verbs = read_verbs(*value);
  if (const auto value = object.take("machine")) rule.machine = value->text();
  if (const auto value = object.take("attempts")) {
    for (const auto& each : value->elements())
      rule.attempts.push_back(each.count());
  }
  if (const auto value = object.take("probability")) {
    rule.probability = value->number(0);
    if (rule.probability > 1) value->refuse("expected a probability, 0 to 1");
  }
  if (const auto value = object.take("above")) rule.above = value->count();
  const auto action = object.take("action");
  if (!action) place.refuse("expected an action");
  rule.action = read_action(*action);
  object.finish();
  check_verbs(place, rule);
  return rule;
}

Scenario read_document(const nlohmann::json& document) {
  Object object(Place(document, ""));
  Scenario scenario;
  if (const auto value = object.take("seed")) scenario.seed = value->count();
  if (const auto value = object.take("rules")) {
    for (const auto& each : value->elements())
      scenario.rules.push_back(read_rule(each));
  }
  object.finish();
  return scenario;
}

}  // namespace

Result<Scenario> read_scenario(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return misconfigured(cat("scenario ", path, ": ", os_error(text.error())));
  try {
    return read_document(nlohmann::json::parse(*text));
  } catch (const nlohmann::json::parse_error& error) {
    return misconfigured(cat("scenario ", path, ": ", error.what()));
  } catch (const BadScenario& error) {
    return misconfigured(cat("scenario ", path, ": ", error.pointer, ": ", error.message));
  }
}

}  // namespace smolfleet::standin
