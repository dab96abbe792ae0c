// Which rule strikes: a pure function of the scenario and the call.
#include "scenario/scenario.hpp"
#include "support/hash.hpp"
#include "support/ranges.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace smolfleet::standin {
namespace {

/// The numbers in [0, 1) that belong to one rule and one call.
class Draws {
 public:
  Draws(std::uint64_t seed, std::size_t rule, const Call& call) {
    base_.add(seed).add(rule).add(call.machine).add(call.verb).add(call.attempt);
  }

  double next() {
    constexpr int mantissa = 53;
    const auto bits = Hash(base_).add(drawn_++).value() >> (64 - mantissa);
    return static_cast<double>(bits) / static_cast<double>(1ULL << mantissa);
  }

 private:
  Hash base_;
  std::uint64_t drawn_ = 0;
};

double draw(const Latency& latency, Draws& draws) {
  switch (latency.shape) {
    case Latency::Shape::fixed:
      return latency.first;
    case Latency::Shape::uniform:
      return latency.first + draws.next() * (latency.second - latency.first);
    case Latency::Shape::exponential:
      return -latency.first * std::log1p(-draws.next());
    case Latency::Shape::lognormal: {
      // Box and Muller: two uniform numbers to a normal one.
      const double radius = std::sqrt(-2 * std::log1p(-draws.next()));
      const double normal = radius * std::cos(2 * std::numbers::pi * draws.next());
      return latency.first * std::exp(latency.second * normal);
    }
  }
  std::unreachable();
}

bool matches(const Rule& rule, const Call& call) {
  return (rule.verbs.empty() || contains(rule.verbs, call.id)) &&
         (!rule.above || call.crowd > *rule.above) &&
         (rule.attempts.empty() || contains(rule.attempts, call.attempt)) &&
         ::fnmatch(rule.machine.c_str(), call.machine.c_str(), 0) == 0;
}

}  // namespace

bool counts_crowd(const Scenario& scenario) {
  return std::ranges::any_of(scenario.rules, [](const Rule& rule) {
    return rule.above || (rule.action.latency && rule.action.latency->slowdown);
  });
}

std::optional<Fault> decide(const Scenario& scenario, const Call& call) {
  for (std::size_t i = 0; i < scenario.rules.size(); ++i) {
    const auto& rule = scenario.rules[i];
    if (!matches(rule, call)) continue;
    Draws draws(scenario.seed, i, call);
    if (draws.next() >= rule.probability) continue;
    Fault fault{.rule = i, .action = rule.action};
    if (rule.action.latency)
      fault.latency = decltype(fault.latency)(draw(*rule.action.latency, draws));
    return fault;
  }
  return std::nullopt;
}

}  // namespace smolfleet::standin
