// Verdicts as JSON.
#include "smolfleet/check/json.hpp"

#include "smolfleet/check/examiner.hpp"
#include "smolfleet/core/timestamp.hpp"
#include "smolfleet/plan/ca_choice.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <vector>

namespace smolfleet::check {
namespace {

/// Keeps the order in which keys are added.
using OrderedJson = nlohmann::ordered_json;

OrderedJson or_null(const std::optional<std::string>& text) {
  return text ? OrderedJson(*text) : OrderedJson(nullptr);
}

/// Argv may hold any bytes; what is no UTF-8 is replaced here.
std::string one_line(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

OrderedJson json_of(const std::optional<CheckedCa>& ca) {
  if (!ca) return nullptr;
  const auto& certificate = ca->staged.certificate;
  OrderedJson json;
  json["label"] = plan::to_string(ca->staged.label);
  json["path"] = ca->path;
  json["fingerprint_sha256"] = certificate.fingerprint;
  json["subject"] = certificate.subject;
  json["not_after"] = core::to_iso8601(certificate.not_after);
  return json;
}

/// One entry per command: a phase may have two.
OrderedJson json_of(const std::vector<Phase>& phases) {
  auto commands = OrderedJson::array();
  for (const auto& phase : phases) {
    for (const auto& command : phase.commands) {
      OrderedJson json;
      json["phase"] = phase.name;
      json["argv"] = command.argv;
      json["through_environment"] = command.through_environment;
      commands.push_back(std::move(json));
    }
  }
  return commands;
}

OrderedJson json_of(const std::vector<Warning>& warnings) {
  auto list = OrderedJson::array();
  for (const auto& warning : warnings) {
    OrderedJson json;
    json["code"] = to_string(warning.doubt);
    json["pointer"] = warning.pointer;
    json["message"] = warning.message;
    json["hint"] = warning.hint;
    list.push_back(std::move(json));
  }
  return list;
}

OrderedJson error_of(const Verdict& verdict) {
  if (!verdict.failure) return nullptr;
  OrderedJson json;
  json["code"] = core::to_string(verdict.failure->code);
  json["pointer"] = verdict.pointer;
  json["message"] = verdict.failure->message;
  json["hint"] = or_null(verdict.failure->hint);
  return json;
}

}  // namespace

std::string to_line(const Verdict& verdict) {
  OrderedJson json;
  json["line"] = verdict.line;
  json["id"] = or_null(verdict.id);
  json["target"] = or_null(verdict.target);
  json["verdict"] = verdict.is_good() ? "good" : "bad";
  json["ca"] = json_of(verdict.ca);
  json["commands"] = json_of(verdict.phases);
  json["warnings"] = json_of(verdict.warnings);
  json["error"] = error_of(verdict);
  return one_line(json);
}

std::string to_line(const Tally& tally) {
  OrderedJson summary;
  summary["plans"] = tally.lines();
  summary["good"] = tally.good;
  summary["bad"] = tally.bad;
  summary["warnings"] = tally.warnings;
  OrderedJson assumptions;
  assumptions["smolvm"] = driver::to_string(*assumed.version);
  assumptions["create_label"] = assumed.create_label;
  assumptions["copy_mode"] = assumed.copy_mode;
  assumptions["exec_user"] = assumed.exec_user;
  OrderedJson json;
  json["summary"] = std::move(summary);
  json["assumed"] = std::move(assumptions);
  return one_line(json);
}

}  // namespace smolfleet::check
