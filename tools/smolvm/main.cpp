// The stand-in smolvm: argv in, one command done, its exit code out. See docs/stand-in.md.
#include "cli/parse.hpp"
#include "cli/values.hpp"
#include "sandbox/vm.hpp"
#include "scenario/calls.hpp"
#include "scenario/crowd.hpp"
#include "scenario/strike.hpp"
#include "support/console.hpp"
#include "support/settings.hpp"
#include "support/text.hpp"
#include "verbs/verbs.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <random>
#include <string>
#include <vector>

namespace smolfleet::standin {
namespace {

/// A descriptor that was closed when we started would be given to the next file, and stdout would
/// end up in it.
void fill_standard_descriptors() {
  while (true) {
    const int fd = ::open("/dev/null", O_RDWR);
    if (fd < 0) ::_exit(misconfigured_exit);
    if (fd <= STDERR_FILENO) continue;
    ::close(fd);
    return;
  }
}

std::string random_name() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device random;
  std::string name = "vm-";
  for (int i = 0; i < 8; ++i)
    name += digits[random() % digits.size()];
  return name;
}

/// Which machine a command line is about; empty: none.
std::string machine_of(VerbId id, const Arguments& arguments) {
  if (id == VerbId::list) return {};
  if (id == VerbId::copy) {
    for (const auto& side : arguments.positionals) {
      if (side.contains(':')) return side.substr(0, side.find(':'));
    }
    return {};
  }
  if (const auto name = arguments.value("name")) return *name;
  if (!arguments.positionals.empty()) return arguments.positionals.front();
  return id == VerbId::create ? random_name() : "default";
}

Result<int> run_verb(const Context& context) {
  switch (context.call.id) {
    case VerbId::create:
      return create(context);
    case VerbId::start:
      return start(context);
    case VerbId::stop:
      return stop(context);
    case VerbId::remove:
      return remove(context);
    case VerbId::status:
      return status(context);
    case VerbId::list:
      return list(context);
    case VerbId::exec:
      return exec(context);
    case VerbId::copy:
      return copy(context);
    case VerbId::data_dir:
      return data_dir(context);
  }
  std::unreachable();
}

/// Counting costs a file, so it is done only where somebody asks.
Result<std::optional<Fault>> choose_fault(const Settings& settings, Call& call,
                                          std::optional<Crowd>& crowd) {
  const bool is_countable = call.machine.empty() || !check_machine_name(call.machine);
  if (is_countable && !(settings.scenario.empty() && settings.log.empty())) {
    const auto attempt = count_call(settings, call);
    if (!attempt) return std::unexpected(attempt.error());
    call.attempt = *attempt;
  }
  if (settings.scenario.empty()) return std::nullopt;
  const auto scenario = read_scenario(settings.scenario);
  if (!scenario) return std::unexpected(scenario.error());
  if (counts_crowd(*scenario)) {
    auto joined = Crowd::join(settings, call.verb);
    if (!joined) return std::unexpected(joined.error());
    crowd.emplace(std::move(*joined));
    call.crowd = crowd->size();
  }
  return decide(*scenario, call);
}

Result<int> run_command(const Settings& settings, const Invocation& invocation,
                        std::span<const std::string> words) {
  Call call{.id = invocation.id,
            .verb = invocation.verb,
            .machine = machine_of(invocation.id, invocation.arguments)};
  std::optional<Crowd> crowd;
  const auto fault = choose_fault(settings, call, crowd);
  if (!fault) return std::unexpected(fault.error());
  if (!settings.log.empty()) {
    const auto logged = log_call(settings, call, *fault, words);
    if (!logged) return std::unexpected(logged.error());
  }
  if (*fault) {
    if (const auto end = strike(**fault, call, crowd)) return *end;
  }
  return run_verb({.settings = settings,
                   .arguments = invocation.arguments,
                   .call = call,
                   .action = *fault ? (*fault)->action : Action()});
}

int report(Failure failure, const std::expected<Invocation, Text>& invocation) {
  // With --stream smolvm fails through another door (contract §3.1).
  const bool streams = invocation && invocation->id == VerbId::exec &&
                       invocation->arguments.has("stream") && failure.exit_code == 1;
  complain(cat(streams ? "error: " : failure.prefix, failure.message, "\n"));
  return failure.exit_code;
}

int run(const std::vector<std::string>& words) {
  if (words.size() == 2 && words[0] == boot_verb) return run_vm(words[1]);
  const auto settings = read_settings();
  if (!settings) return report(settings.error(), std::unexpected(Text()));
  const auto invocation = parse_command_line(words, settings->version);
  if (!invocation) {
    const auto& text = invocation.error();
    say(text.out);
    complain(text.err);
    return text.exit_code;
  }
  const auto exit_code = run_command(*settings, *invocation, words);
  return exit_code ? *exit_code : report(exit_code.error(), invocation);
}

}  // namespace
}  // namespace smolfleet::standin

int main(int argc, char** argv) {
  smolfleet::standin::fill_standard_descriptors();
  // As Rust programs do: a closed pipe is an error of write(2), not a death.
  ::signal(SIGPIPE, SIG_IGN);
  return smolfleet::standin::run({argv + 1, argv + argc});
}
