// Faults by script: which command of which machine goes wrong, in which attempt, and how.
#pragma once

#include "cli/grammar.hpp"
#include "support/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::standin {

/// How calls of a verb slow each other down: with n of them under way, each goes on
/// (n / above)^exponent times slower, unless there are no more than `above`.
struct Slowdown {
  double above = 1;
  double exponent = 1;
};

/// A duration to be drawn. What the two numbers mean is said at each shape; both are milliseconds
/// but for `lognormal`, whose second is the sigma of the logarithm.
struct Latency {
  enum class Shape { fixed, uniform, exponential, lognormal };
  Shape shape = Shape::fixed;
  /// The value; the least; the mean; the median.
  double first = 0;
  /// Unused; the most; unused; sigma.
  double second = 0;
  std::optional<Slowdown> slowdown = {};
};

/// The failures that print smolvm's own words (contract §3.2, 4.2, 5.2, 6.2).
enum class NamedError {
  locked,
  not_ready,
  enomem,
  pull_429,
  pull_timeout,
  already_starting,
  no_kvm,
  no_rootfs,
  vm_not_found,
  connection_closed,
  unreachable,
};

enum class Hang {
  none,
  /// For ever; SIGTERM ends it.
  polite,
  /// For ever; only SIGKILL ends it.
  stubborn,
};

/// What a rule does. First it waits, then it prints, then comes at most one outcome; without an
/// outcome the command does what it always does.
struct Action {
  std::optional<Latency> latency;
  std::string out;
  std::string err;
  std::size_t out_bytes = 0;
  std::size_t err_bytes = 0;
  /// start: the VM process keeps the command's stdout and stderr.
  bool hold_pipes = false;
  /// start, guest kind `none`: leave a process as VM.
  bool daemon = false;

  // Outcomes.
  std::optional<int> exit;
  std::optional<int> signal;
  std::optional<NamedError> error;
  Hang hang = Hang::none;
  /// start: the command is killed when its VM boots.
  bool orphan = false;
  /// delete: asks although it was forced to; nobody answers.
  bool prompt = false;
};

struct Rule {
  /// Empty: every verb.
  std::vector<VerbId> verbs;
  /// A glob.
  std::string machine = "*";
  /// Counted from 1; empty: every attempt.
  std::vector<std::uint64_t> attempts;
  double probability = 1.0;
  /// Strikes only when more calls of the verb than this are under way, itself included.
  std::optional<std::uint64_t> above;
  Action action;
};

struct Scenario {
  std::uint64_t seed = 0;
  std::vector<Rule> rules;
};

/// One call of a command.
struct Call {
  VerbId id = VerbId::list;
  std::string verb = {};
  std::string machine = {};
  /// The how-manieth call of this verb for this machine, from 1.
  std::uint64_t attempt = 0;
  /// Calls of this verb under way, itself included; 0: nobody counts them.
  std::size_t crowd = 0;
};

/// The rule that strikes, and the latency drawn for this call.
struct Fault {
  std::size_t rule = 0;
  std::chrono::duration<double, std::milli> latency{};
  Action action = {};
};

/// Reads a scenario file. A wrong one is refused with the JSON pointer of what is wrong.
[[nodiscard]] Result<Scenario> read_scenario(const std::string& path);

/// Whether calls have to know how many others there are.
[[nodiscard]] bool counts_crowd(const Scenario& scenario);

/// The first rule that matches. The same seed, rule, machine, verb and attempt always give the same
/// answer, whatever else runs, unless a rule has `above`.
[[nodiscard]] std::optional<Fault> decide(const Scenario& scenario, const Call& call);

/// "exit 137", "error locked", "none": for the log.
[[nodiscard]] std::string outcome_name(const Action& action);

}  // namespace smolfleet::standin
