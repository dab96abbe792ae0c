// Records as JSON. A result stands in its record to the letter, so that it can be given out again.
#include "smolfleet/journal/record.hpp"

#include "smolfleet/core/digest.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <utility>

namespace smolfleet::journal {
namespace {

using OrderedJson = nlohmann::ordered_json;
using std::chrono::milliseconds;

constexpr std::size_t digest_length = 64;
constexpr std::string_view ended_head = R"({"record":"ended","plan":")";
constexpr std::string_view ended_middle = R"(","result":)";
constexpr std::size_t result_at = ended_head.size() + digest_length + ended_middle.size();

constexpr std::size_t sum_digits = 8;
constexpr std::string_view sum_head = R"(,"sum":")";
constexpr std::string_view sum_tail = R"("})";
constexpr std::size_t sum_size = sum_head.size() + sum_digits + sum_tail.size();

std::string line_of(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

/// What closes a record: a byte that a disk has changed may well leave good JSON behind, which says
/// that a guest is to be removed that is not.
std::string sum_of(std::string_view record) {
  return fmt::format("{}{}{}", sum_head, core::sha256_hex(record).substr(0, sum_digits), sum_tail);
}

/// The record's line; `record` is JSON without its last brace.
std::string summed(std::string_view record) {
  return fmt::format("{}{}\n", record, sum_of(record));
}

std::string record_of(const OrderedJson& json) {
  auto line = line_of(json);
  line.resize(line.size() - std::string_view("}\n").size());
  return summed(line);
}

bool has_right_sum(std::string_view line) {
  return line.size() > sum_size &&
         line.substr(line.size() - sum_size) == sum_of(line.substr(0, line.size() - sum_size));
}

bool is_digest(std::string_view text) {
  return text.size() == digest_length &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The value of a key if it is there and has the type, otherwise nothing.
template <class T>
std::optional<T> get(const OrderedJson& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) return std::nullopt;
  if constexpr (std::is_same_v<T, bool>) {
    if (!found->is_boolean()) return std::nullopt;
  } else if constexpr (std::is_integral_v<T>) {
    if (!found->is_number_integer()) return std::nullopt;
  } else {
    if (!found->is_string()) return std::nullopt;
  }
  return found->template get<T>();
}

std::expected<Record, std::string> parse_begun(const OrderedJson& json) {
  const auto version = get<int>(json, "journal");
  auto run = get<std::string>(json, "run");
  if (!version || !run) return std::unexpected("does not say which run it is of");
  if (*version != format_version) {
    return std::unexpected(fmt::format("is of journal format {}, and this smolfleet knows only {}",
                                       *version, format_version));
  }
  return Begun{.run = std::move(*run),
               .invocation = get<std::string>(json, "invocation").value_or("")};
}

std::expected<Record, std::string> parse_admitted(const OrderedJson& json) {
  auto digest = get<std::string>(json, "plan");
  auto id = get<std::string>(json, "id");
  auto target = get<std::string>(json, "target");
  const auto line = get<std::uint64_t>(json, "line");
  const auto creates = get<bool>(json, "creates");
  const auto again = get<bool>(json, "again");
  const auto at = get<std::int64_t>(json, "at_ms");
  const bool whole = digest && is_digest(*digest) && id && target && line && creates && again && at;
  if (!whole) return std::unexpected("lacks a part of an admission");
  return Admitted{.digest = std::move(*digest),
                  .id = std::move(*id),
                  .target = std::move(*target),
                  .line = *line,
                  .creates = *creates,
                  .again = *again,
                  .at = std::chrono::sys_time<milliseconds>(milliseconds(*at))};
}

std::expected<Record, std::string> parse_ended(const OrderedJson& json, std::string_view line) {
  auto digest = get<std::string>(json, "plan");
  const auto result = json.find("result");
  const bool ours = line.starts_with(ended_head) && digest && is_digest(*digest) &&
                    line.size() > result_at + sum_size &&
                    line.substr(0, result_at).ends_with(ended_middle);
  if (!ours || result == json.end() || !result->is_object())
    return std::unexpected("lacks a part of an answer");
  const auto status = results::status_named(get<std::string>(*result, "status").value_or(""));
  const auto leaked = get<bool>(*result, "leaked");
  const auto number = get<std::uint64_t>(*result, "line");
  if (!status || !leaked || !number) return std::unexpected("holds a result without status");
  return Ended{.digest = std::move(*digest),
               .target = get<std::string>(*result, "target"),
               .line = *number,
               .status = *status,
               .leaked = *leaked,
               .was_admitted = get<std::string>(*result, "started_at").has_value(),
               .result = line.substr(result_at, line.size() - result_at - sum_size),
               .result_at = result_at};
}

std::expected<Record, std::string> parse_removed(const OrderedJson& json) {
  auto digest = get<std::string>(json, "plan");
  auto target = get<std::string>(json, "target");
  const auto line = get<std::uint64_t>(json, "line");
  if (!digest || !is_digest(*digest) || !target || !line)
    return std::unexpected("lacks a part of a removal");
  return Removed{.digest = std::move(*digest), .target = std::move(*target), .line = *line};
}

std::expected<Record, std::string> parse_kind(const OrderedJson& json, std::string_view line) {
  const auto kind = get<std::string>(json, "record");
  if (kind == "begun") return parse_begun(json);
  if (kind == "admitted") return parse_admitted(json);
  if (kind == "ended") return parse_ended(json, line);
  if (kind == "removed") return parse_removed(json);
  return std::unexpected("is no record of a journal");
}

}  // namespace

std::string to_line(const Begun& record) {
  OrderedJson json;
  json["record"] = "begun";
  json["journal"] = format_version;
  json["run"] = record.run;
  if (!record.invocation.empty()) json["invocation"] = record.invocation;
  return record_of(json);
}

std::string to_line(const Admitted& record) {
  OrderedJson json;
  json["record"] = "admitted";
  json["plan"] = record.digest;
  json["id"] = record.id;
  json["target"] = record.target;
  json["line"] = record.line;
  json["creates"] = record.creates;
  json["again"] = record.again;
  json["at_ms"] = record.at.time_since_epoch().count();
  return record_of(json);
}

std::string to_line(const Removed& record) {
  OrderedJson json;
  json["record"] = "removed";
  json["plan"] = record.digest;
  json["target"] = record.target;
  json["line"] = record.line;
  return record_of(json);
}

std::string ended_line(std::string_view digest, std::string_view result) {
  if (result.ends_with('\n')) result.remove_suffix(1);
  return summed(fmt::format("{}{}{}{}", ended_head, digest, ended_middle, result));
}

std::expected<Record, std::string> parse_record(std::string_view line) {
  const auto json = OrderedJson::parse(line, nullptr, false);
  if (!json.is_object()) return std::unexpected("is no JSON object");
  auto record = parse_kind(json, line);
  if (record && !has_right_sum(line)) return std::unexpected("is not as it was written");
  return record;
}

std::string replayed(std::string_view result, std::uint64_t number, bool guest_is_gone) {
  auto json = OrderedJson::parse(result, nullptr, false);
  const bool moved = get<std::uint64_t>(json, "line") != number;
  if (!json.is_object() || (!moved && !guest_is_gone)) return fmt::format("{}\n", result);
  json["line"] = number;
  if (guest_is_gone) json["leaked"] = false;
  return line_of(json);
}

}  // namespace smolfleet::journal
