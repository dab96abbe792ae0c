// `delete`: stops, asks, removes the directory and then the row (contract §4.5).
#include "scenario/errors.hpp"
#include "store/store.hpp"
#include "support/console.hpp"
#include "support/fd.hpp"
#include "support/text.hpp"
#include "verbs/verbs.hpp"

#include <unistd.h>

namespace smolfleet::standin {
namespace {

/// Only what the record calls alive is stopped: a VM whose start was interrupted leaks (contract
/// §4.6).
Result<void> stop_if_recorded(Store& store, const Record& record,
                              const MachineDirectory& directory) {
  if (record.state != State::running && record.state != State::unreachable) return {};
  say(cat("Stopping machine '", record.name, "'...\n"));
  if (const auto vm = directory.vm()) {
    auto ended = end_process(*vm);
    if (!ended) return ended;
    directory.forget_vm();
  }
  return store.update(record.name, [](Record& stored) {
    stored.state = State::stopped;
    stored.pid = std::nullopt;
  });
}

bool is_confirmed(const std::string& machine) {
  complain(cat("Delete machine '", machine, "'? [y/N] "));
  std::string answer;
  char byte = 0;
  while (true) {
    const auto got = read_some(STDIN_FILENO, &byte, 1);
    if (!got || *got == 0 || byte == '\n') break;
    answer += byte;
  }
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

Result<int> remove(const Context& context) {
  auto store = Store::open(context.settings.database);
  if (!store) return std::unexpected(store.error());
  const auto record = store->get(context.machine());
  if (!record) return std::unexpected(record.error());
  const MachineDirectory directory(context.settings, context.machine());
  auto done = stop_if_recorded(*store, *record, directory);
  if (!done) return std::unexpected(done.error());

  const bool forced = context.arguments.has("force") || context.arguments.has("cascade");
  if (context.action.prompt || (!forced && !is_confirmed(record->name))) {
    say("Cancelled\n");
    return 0;
  }
  say(cat("Cleaning up data directory for vm: ", record->name, "\n"));
  done = directory.remove();
  // The row goes last, so this is where a locked database is met and what a repeated delete
  // completes.
  if (done && context.action.error == NamedError::locked) {
    return fail(message_of(NamedError::locked, context.call));
  }
  if (done) done = store->remove(record->name);
  if (!done) return std::unexpected(done.error());
  say(cat("Deleted machine: ", record->name, "\n"));
  return 0;
}

}  // namespace smolfleet::standin
