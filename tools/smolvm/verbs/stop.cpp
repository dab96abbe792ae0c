// `stop`: ends a running machine's VM, or an orphan of an interrupted start (contract §4.3).
#include "store/store.hpp"
#include "support/console.hpp"
#include "support/text.hpp"
#include "verbs/verbs.hpp"

namespace smolfleet::standin {
namespace {

Result<int> end_orphan(const Record& record, State state, const MachineDirectory& directory) {
  if (const auto orphan = directory.vm()) {
    complain(cat("Killing orphaned _boot-vm process (PID ", orphan->pid, ") for machine '",
                 record.name, "'\n"));
    const auto ended = end_process(*orphan);
    if (!ended) return std::unexpected(ended.error());
    directory.forget_vm();
  }
  say(cat("Machine '", record.name, "' is not running (state: ", to_string(state), ")\n"));
  return 0;
}

}  // namespace

Result<int> stop(const Context& context) {
  auto store = Store::open(context.settings.database);
  if (!store) return std::unexpected(store.error());
  auto record = store->get(context.machine());
  if (!record) return std::unexpected(record.error());
  const MachineDirectory directory(context.settings, context.machine());
  const auto state = probe(*record, directory);
  if (state != State::running) return end_orphan(*record, state, directory);

  say(cat("Stopping machine '", record->name, "'...\n"));
  if (const auto vm = directory.vm()) {
    const auto ended = end_process(*vm);
    if (!ended) return std::unexpected(ended.error());
    directory.forget_vm();
  }
  record->state = State::stopped;
  record->pid = std::nullopt;
  // smolvm writes the whole record and ignores whether that worked.
  static_cast<void>(store->put(*record));
  say(cat("Stopped machine: ", record->name, "\n"));
  return 0;
}

}  // namespace smolfleet::standin
