// `status`, `ls` and `data-dir`: what is known of machines.
#include "store/store.hpp"
#include "support/console.hpp"
#include "support/text.hpp"
#include "verbs/verbs.hpp"

#include <nlohmann/json.hpp>

namespace smolfleet::standin {
namespace {

/// The record as it is shown: with the state that was found, not the one that was stored.
Record probed(const Context& context, Record record) {
  const auto stored = record.state;
  record.state = probe(record, MachineDirectory(context.settings, record.name));
  if (record.state != stored && record.state == State::stopped) record.pid = std::nullopt;
  return record;
}

std::string state_line(const Record& record) {
  if (record.state != State::running || !record.pid) return std::string(to_string(record.state));
  return cat("running (PID: ", *record.pid, ")");
}

}  // namespace

Result<int> status(const Context& context) {
  const auto store = Store::open(context.settings.database);
  if (!store) return std::unexpected(store.error());
  const auto& name = context.machine();
  auto found = store->find(name);
  if (!found) return std::unexpected(found.error());
  const bool json = context.arguments.has("json");
  if (!*found) {
    return json ? fail(cat("config operation failed: machine status: machine '", name,
                           "' not found"))
                : fail(cat("vm not found: ", name));
  }
  const auto record = probed(context, **std::move(found));
  say(json ? describe(record).dump(2) + "\n"
           : cat("Machine '", name, "': ", state_line(record), "\n"));
  return 0;
}

Result<int> list(const Context& context) {
  const auto store = Store::open(context.settings.database);
  if (!store) return std::unexpected(store.error());
  auto machines = store->all();
  if (!machines) return std::unexpected(machines.error());
  auto objects = nlohmann::json::array();
  std::string lines;
  for (auto& machine : *machines) {
    const auto record = probed(context, std::move(machine));
    objects.push_back(describe(record));
    lines += cat(record.name, "  ", state_line(record), "  ", record.image.value_or("-"), "\n");
  }
  if (context.arguments.has("json")) {
    say(objects.dump(2) + "\n");
  } else {
    say(lines.empty() ? "No machines found\n" : lines);
  }
  return 0;
}

Result<int> data_dir(const Context& context) {
  say(cat(MachineDirectory(context.settings, context.machine()).path().native(), "\n"));
  return 0;
}

}  // namespace smolfleet::standin
