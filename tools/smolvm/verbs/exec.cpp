// `exec`: runs a command in a guest and ends as the command did (contract §3).
#include "cli/values.hpp"
#include "sandbox/run_in_guest.hpp"
#include "store/store.hpp"
#include "support/console.hpp"
#include "support/text.hpp"
#include "verbs/environment.hpp"
#include "verbs/verbs.hpp"

namespace smolfleet::standin {
namespace {

constexpr int timeout_exit = 124;
constexpr int not_found_exit = 127;

Delivery delivery(const Arguments& arguments) {
  if (arguments.has("detach")) return Delivery::detached;
  if (arguments.has("stream") || arguments.has("interactive")) return Delivery::live;
  return Delivery::buffered;
}

Result<GuestCommand> make_command(const Context& context, const Record& record) {
  const auto& arguments = context.arguments;
  auto env = guest_env(record, arguments);
  if (!env) return std::unexpected(env.error());
  GuestCommand command{
      .argv = arguments.trailing,
      .env = *std::move(env),
      .workdir = arguments.value("workdir").value_or(record.workdir.value_or("/")),
      .user = arguments.value("user"),
      .timeout = parse_duration(arguments.value("timeout").value_or("")),
      .delivery = delivery(arguments),
      .forward_stdin = arguments.has("interactive"),
      .grace = std::nullopt,
  };
  // An image machine's agent gives up on background children that hold the output; a bare one's
  // waits.
  if (!record.is_bare()) command.grace = std::chrono::seconds(5);
  return command;
}

/// A bare machine's agent can't spawn; in an image machine the container's runtime says so and
/// exits. The exit code of the latter is not established (contract §12); 127 is what shells say.
Result<int> command_failed(const Record& record, const GuestCommand& command, int error) {
  if (record.is_bare()) {
    return fail(cat("agent operation failed: vm exec: failed to spawn command: ", os_error(error)));
  }
  complain(cat("exec failed: ", command.argv.front(), ": ", os_error(error), "\n"));
  return not_found_exit;
}

Result<int> finish(const Record& record, const GuestCommand& command, const GuestOutcome& outcome) {
  const auto& report = outcome.report;
  if (outcome.overflowed) {
    return fail(
        "agent operation failed: vm exec: command output exceeded 11534336 bytes and was "
        "truncated");
  }
  say(outcome.out);
  complain(outcome.err);
  switch (report.kind) {
    case Report::Kind::no_command:
      return command_failed(record, command, report.value);
    case Report::Kind::started:
      say(cat(report.value, "\n"));
      return 0;
    case Report::Kind::timed_out:
      if (!record.is_bare() && command.delivery == Delivery::buffered) {
        complain(cat("\ncommand timed out after ", command.timeout->count(), "ms"));
      }
      return timeout_exit;
    default:
      return report.value;
  }
}

}  // namespace

Result<int> exec(const Context& context) {
  if (context.action.error == NamedError::unreachable) {
    return std::unexpected(mark_unreachable(context));
  }
  // Without guests there is nothing to run and nothing to look up: benchmarks call this thousands
  // of times.
  if (!context.has_guests()) return 0;
  if (context.arguments.has("tty")) {
    return fail("agent operation failed: the stand-in has no terminals; use -i without -t");
  }
  const auto store = Store::open(context.settings.database);
  if (!store) return std::unexpected(store.error());
  const auto record = store->get(context.machine());
  if (!record) return std::unexpected(record.error());
  const auto vm = MachineDirectory(context.settings, context.machine()).ready_vm();
  if (!vm || record->state == State::unreachable) return std::unexpected(not_running(record->name));
  const auto command = make_command(context, *record);
  if (!command) return std::unexpected(command.error());
  const auto outcome = run_in_guest(*vm, *command);
  if (!outcome) return std::unexpected(outcome.error());
  return finish(*record, *command, *outcome);
}

}  // namespace smolfleet::standin
