// Guests and summary as JSON for the page's scripts. Times are milliseconds.
#include "report/page_data.hpp"

#include "report/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace smolfleet::report {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::size_t most_examples = 5;
constexpr std::size_t most_named = 200;  ///< plans in a list that nobody reads to its end

std::string dumped(const OrderedJson& json) {
  return fit_for_script(json.dump(-1, ' ', true, OrderedJson::error_handler_t::replace));
}

std::int64_t since_epoch(Moment moment) {
  return moment.time_since_epoch().count();
}

/// The first admission of all, from which the page counts.
std::optional<Moment> origin_of(const Guests& guests) {
  return guests.guests.empty() ? std::nullopt : guests.guests.front().started_at;
}

OrderedJson json_of(const Times& times) {
  OrderedJson json = {{"count", times.count}, {"p50", times.p50},
                      {"p90", times.p90},     {"p99", times.p99},
                      {"max", times.max},     {"distribution", OrderedJson::array()}};
  for (const auto& point : times.distribution)
    json["distribution"].push_back({point.value, point.rank});
  return json;
}

OrderedJson json_of(const PhaseSummary& phase) {
  return {{"name", phase.name},
          {"times", json_of(phase.times)},
          {"failed", phase.failed},
          {"retries", phase.retries},
          {"retriedGuests", phase.retried_guests},
          {"mostAttempts", phase.most_attempts}};
}

OrderedJson json_of(const FailureGroup& group, const Guests& guests) {
  OrderedJson json = {{"code", group.code},
                      {"phase", group.phase},
                      {"count", group.guests.size()},
                      {"examples", OrderedJson::array()}};
  for (std::size_t i = 0; i < std::min(group.guests.size(), most_examples); ++i) {
    const auto& trouble = *guests.guests[group.guests[i]].trouble;
    json["examples"].push_back(
        {{"guest", group.guests[i]}, {"hint", trouble.hint}, {"output", trouble.output}});
  }
  return json;
}

OrderedJson json_of(const RunSummary& run) {
  return {{"id", run.id},
          {"plans", run.plans},
          {"byStatus", run.by_status},
          {"leaked", run.leaked},
          {"unanswered", run.unanswered},
          {"retries", run.retries},
          {"began", run.began ? OrderedJson(since_epoch(*run.began)) : OrderedJson(nullptr)},
          {"wall", run.wall.count()},
          {"mostInFlight", run.most_in_flight}};
}

OrderedJson json_of(const Input& input) {
  return {{"name", input.name},       {"results", input.results}, {"events", input.events},
          {"records", input.records}, {"torn", input.torn},       {"unreadable", input.unreadable}};
}

OrderedJson json_of(const Unanswered& plan) {
  return {{"name", plan.name},
          {"target", plan.target},
          {"run", plan.run},
          {"line", plan.line},
          {"admitted", since_epoch(plan.admitted)}};
}

OrderedJson json_of_cas(const Guests& guests) {
  std::vector<std::size_t> used(guests.cas.size());
  for (const auto& guest : guests.guests) {
    if (guest.ca) ++used[*guest.ca];
  }
  auto json = OrderedJson::array();
  for (std::size_t i = 0; i < used.size(); ++i) {
    const auto& ca = guests.cas[i];
    json.push_back({{"label", ca.label},
                    {"fingerprint", ca.fingerprint},
                    {"subject", ca.subject},
                    {"notAfter", ca.not_after},
                    {"guests", used[i]}});
  }
  return json;
}

template <class Values, class Convert>
OrderedJson array_of(const Values& values, const Convert& convert, std::size_t most = SIZE_MAX) {
  auto json = OrderedJson::array();
  for (std::size_t i = 0; i < std::min(values.size(), most); ++i)
    json.push_back(convert(values[i]));
  return json;
}

OrderedJson overview(const Guests& guests, const Summary& summary) {
  const auto as_it_is = [](const auto& value) { return OrderedJson(value); };
  const auto as_object = [](const auto& value) { return json_of(value); };
  const auto origin = origin_of(guests);
  OrderedJson json;
  json["origin"] = origin ? since_epoch(*origin) : 0;
  json["phases"] = array_of(summary.phases, as_object);
  json["whole"] = json_of(summary.whole);
  json["waiting"] = json_of(summary.waiting);
  json["failures"] =
      array_of(summary.failures, [&](const FailureGroup& group) { return json_of(group, guests); });
  json["slowest"] = array_of(summary.slowest, as_it_is);
  json["leaked"] = array_of(summary.leaked, as_it_is, most_named);
  json["unanswered"] = array_of(guests.unanswered, as_object, most_named);
  json["runs"] = array_of(summary.runs, as_object);
  json["cas"] = json_of_cas(guests);
  json["inputs"] = array_of(guests.inputs, as_object);
  json["repeated"] = guests.repeated;
  json["superseded"] = guests.superseded;
  return json;
}

/// [name, target, run, line, status, admitted, queued, duration, ca, leaked, code, phase, message,
/// [phase, start, duration, attempts, exit code, …]]; 0 stands for a target that is the name, for
/// no trouble, and null for no admission.
std::string row_of(const Guest& guest, Moment origin) {
  fmt::memory_buffer row;
  auto out = std::back_inserter(row);
  const auto admitted =
      guest.started_at ? fmt::to_string((*guest.started_at - origin).count()) : "null";
  const auto target = guest.target == guest.name ? "0" : json_text(guest.target);
  fmt::format_to(out, "[{},{},{},{},{},{},{},{},{},{}", json_text(guest.name), target, guest.run,
                 guest.line, static_cast<int>(guest.status), admitted, guest.queued.count(),
                 guest.duration.count(), guest.ca ? static_cast<int>(*guest.ca) : -1,
                 guest.leaked ? 1 : 0);
  if (guest.trouble) {
    fmt::format_to(out, ",{},{},{}", json_text(guest.trouble->code),
                   json_text(guest.trouble->phase), json_text(guest.trouble->message));
  } else {
    fmt::format_to(out, ",0,0,0");
  }
  auto separator = ",[";
  for (const auto& span : guest.spans) {
    const auto exit_code = span.exit_code ? fmt::to_string(*span.exit_code) : "null";
    fmt::format_to(out, "{}{},{},{},{},{}", separator, span.phase, span.start.count(),
                   span.duration.count(), span.attempts, exit_code);
    separator = ",";
  }
  return fmt::to_string(row) + (guest.spans.empty() ? ",[]]" : "]]");
}

}  // namespace

void write_page_data(const Sink& sink, const Guests& guests, const Summary& summary) {
  auto head = dumped(overview(guests, summary));
  head.pop_back();  // the object goes on
  sink(head);
  sink(",\"guests\":[");
  const auto origin = origin_of(guests).value_or(Moment());
  bool is_first = true;
  for (const auto& guest : guests.guests) {
    sink(is_first ? "\n" : ",\n");
    sink(row_of(guest, origin));
    is_first = false;
  }
  sink("\n]}");
}

}  // namespace smolfleet::report
