// The plan's own fields, and what is said of a line that is none.
#include "smolfleet/plan/parse.hpp"

#include "smolfleet/core/text.hpp"

#include "plan/fields.hpp"
#include "plan/json_document.hpp"
#include "plan/machine.hpp"
#include "plan/steps.hpp"

#include <array>
#include <span>
#include <utility>

namespace smolfleet::plan {

namespace {

constexpr std::array<std::string_view, 7> plan_keys = {
    "id", "target", "egress_plan", "proxy_plan", "machine", "steps", "timeout_s"};
constexpr std::string_view egress_ca_key = "mitmproxy_ca_cert_only_host_path";
constexpr std::string_view pipelock_ca_key = "ca_cert_host_path";
constexpr std::array<std::string_view, 2> egress_keys = {"routes", egress_ca_key};
constexpr std::array<std::string_view, 1> pipelock_keys = {pipelock_ca_key};

void judge_keys(const Fields& fields, std::span<const std::string_view> known,
                UnknownKeys unknown_keys, Plan& plan) {
  if (unknown_keys == UnknownKeys::refused) fields.allow_only(known);
  if (unknown_keys == UnknownKeys::noted_outside)
    fields.note_misspellings(known, plan.misspellings);
}

/// The two proxies, as far as smolfleet cares: real plans say much more about them.
void read_proxies(const Fields& fields, UnknownKeys unknown_keys, Plan& plan) {
  if (const auto egress = fields.object("egress_plan", Nulls::absent)) {
    judge_keys(*egress, egress_keys, unknown_keys, plan);
    plan.has_routes = egress->has_elements("routes");
    plan.egress_ca_path = egress->text(egress_ca_key, plain_fault);
  }
  if (const auto pipelock = fields.object("proxy_plan", Nulls::absent)) {
    judge_keys(*pipelock, pipelock_keys, unknown_keys, plan);
    plan.pipelock_ca_path = pipelock->text(pipelock_ca_key, plain_fault);
  }
}

Plan read_plan(const OrderedJson& root, UnknownKeys unknown_keys, Faults& faults) {
  Plan plan;
  const Fields fields(root, "", Nulls::absent, faults);
  judge_keys(fields, plan_keys, unknown_keys, plan);
  fields.require("target");
  plan.target = fields.text("target", name_fault);
  plan.id = fields.has("id") ? fields.text("id", id_fault) : plan.target;
  read_proxies(fields, unknown_keys, plan);
  if (const auto machine = fields.object("machine", Nulls::refused))
    plan.machine = read_machine(*machine, plan.has_routes);
  plan.steps = read_steps(fields, faults);
  plan.timeout = fields.seconds("timeout_s");
  return plan;
}

/// A string of the line's top level; nothing if there is none, or two to choose from.
std::optional<std::string> readable(const OrderedJson& root, std::string_view key) {
  std::optional<std::string> found;
  for (const auto& [name, value] : root.items()) {
    if (name != key) continue;
    if (found || !value.is_string()) return std::nullopt;
    found = core::utf8_head(value.get_ref<const std::string&>(), max_id_length);
  }
  return found;
}

Fault no_object(const OrderedJson& root) {
  std::string hint = "Write one plan per line: {\"target\": ...}.";
  if (root.is_array()) hint += " An array is taken apart by: jq -c '.[]' FILE";
  return {.pointer = {}, .text = "must be a JSON object", .hint = std::move(hint)};
}

core::Failure failure_of(Fault fault) {
  core::Failure failure;
  failure.code = core::FailureCode::invalid_plan;
  const auto subject = fault.pointer.empty() ? "the line " : fault.pointer + ": ";
  failure.message = subject + fault.text;
  failure.hint = std::move(fault.hint);
  return failure;
}

Rejection rejection_of(const OrderedJson& root, std::uint64_t number, Fault fault) {
  Rejection rejection;
  rejection.line = number;
  rejection.pointer = fault.pointer;
  rejection.failure = failure_of(std::move(fault));
  if (!root.is_object()) return rejection;
  rejection.target = readable(root, "target");
  const bool has_id = root.contains("id") && !root["id"].is_null();
  rejection.id = has_id ? readable(root, "id") : rejection.target;
  return rejection;
}

}  // namespace

std::expected<Plan, Rejection> parse(std::string_view line, std::uint64_t number,
                                     UnknownKeys unknown_keys) {
  auto [root, fault] = read_document(line);
  if (!fault && !root.is_object()) fault = no_object(root);
  if (fault) return std::unexpected(rejection_of(root, number, std::move(*fault)));
  Faults faults;
  auto plan = read_plan(root, unknown_keys, faults);
  if (faults.first()) return std::unexpected(rejection_of(root, number, *faults.first()));
  plan.line = number;
  return plan;
}

}  // namespace smolfleet::plan
