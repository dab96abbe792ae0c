// Whether a machine runs, answers, or only says so.
#include "scenario/errors.hpp"
#include "store/store.hpp"
#include "verbs/verbs.hpp"

namespace smolfleet::standin {

State probe(const Record& record, const MachineDirectory& directory) {
  if (record.state != State::running || !record.pid) return record.state;
  if (directory.ready_vm()) return State::running;
  return directory.vm() ? State::unreachable : State::stopped;
}

Failure not_running(const std::string& machine) {
  return {.message = message_of(NamedError::unreachable, {.machine = machine})};
}

Failure mark_unreachable(const Context& context) {
  auto store = Store::open(context.settings.database);
  if (!store) return store.error();
  const auto done =
      store->update(context.machine(), [](Record& record) { record.state = State::unreachable; });
  return done ? not_running(context.machine()) : done.error();
}

}  // namespace smolfleet::standin
