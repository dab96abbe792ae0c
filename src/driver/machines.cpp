// Reading smolvm's list of machines.
#include "smolfleet/driver/machines.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <utility>

namespace smolfleet::driver {
namespace {

using Json = nlohmann::json;

std::string text_at(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::chrono::sys_seconds seconds_at(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  const bool known = found != object.end() && found->is_number_integer();
  return std::chrono::sys_seconds(std::chrono::seconds(known ? found->get<std::int64_t>() : 0));
}

std::map<std::string, std::string> labels_of(const Json& object) {
  std::map<std::string, std::string> labels;
  const auto found = object.find("labels");
  if (found == object.end() || !found->is_object()) return labels;
  for (const auto& [name, value] : found->items()) {
    if (value.is_string()) labels.emplace(name, value.get<std::string>());
  }
  return labels;
}

bool has_label(const Machine& machine, std::string_view name, const std::string& value) {
  const auto found = machine.labels.find(std::string(name));
  return found != machine.labels.end() && found->second == value;
}

}  // namespace

std::optional<Machines> parse_machines(std::string_view json) {
  const auto list = Json::parse(json, nullptr, false);
  if (!list.is_array()) return std::nullopt;
  Machines machines;
  for (const auto& entry : list) {
    if (!entry.is_object()) return std::nullopt;
    Machine machine{.name = text_at(entry, "name"),
                    .state = text_at(entry, "state"),
                    .created_at = seconds_at(entry, "created_at"),
                    .labels = labels_of(entry)};
    if (machine.name.empty()) return std::nullopt;
    auto name = machine.name;
    machines.insert_or_assign(std::move(name), std::move(machine));
  }
  return machines;
}

bool was_created_by(const Machine& machine, const Creator& creator, bool has_labels) {
  const auto begun = std::chrono::floor<std::chrono::seconds>(creator.not_before);
  if (!has_labels) {
    return creator.name_was_used ? machine.created_at > begun : machine.created_at >= begun;
  }
  // A plan that was edited since has the labels of the one that it was.
  const bool young_enough = !creator.name_was_used || machine.created_at >= begun;
  const bool by_it =
      creator.invocation.empty() || has_label(machine, invocation_label, creator.invocation);
  return young_enough && by_it && has_label(machine, run_label, creator.run) &&
         has_label(machine, plan_label, creator.plan) &&
         has_label(machine, line_label, std::to_string(creator.line));
}

std::optional<std::string> run_of(const Machine& machine) {
  const auto found = machine.labels.find(std::string(run_label));
  return found == machine.labels.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace smolfleet::driver
