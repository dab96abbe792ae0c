// Checking a result, field by field.
#include "report/parse_result.hpp"

#include "smolfleet/core/text.hpp"
#include "smolfleet/core/timestamp.hpp"

#include "report/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>

namespace smolfleet::report {
namespace {

using Json = nlohmann::json;
using results::Status;

// What one guest may take of the page and of memory.
constexpr std::size_t longest_name = 256;
constexpr std::size_t longest_message = 600;
constexpr std::size_t longest_output = 4000;
constexpr std::size_t most_phases = 1000;

Status status_in(Fields& result) {
  const auto status = results::status_named(result.text("status", longest_name));
  if (!status) result.fail("status", "is no status of `smolfleet up`");
  return status.value_or(Status::ok);
}

std::optional<Moment> start_in(Fields& result) {
  const auto text = result.text_or_null("started_at", longest_name);
  if (text.empty()) return std::nullopt;
  const auto time = core::parse_iso8601(text);
  if (!time) result.fail("started_at", "must be a time such as 2026-11-23T10:00:00.123Z");
  return time;
}

bool is_phase(std::string_view name) {
  constexpr std::size_t most_digits = 4;
  const auto kind = results::kind_of(name);
  if (results::rank_of(kind) == results::phase_names.size()) return false;
  if (kind != "step") return kind == name;
  if (!name.ends_with("]")) return false;
  const auto digits = name.substr(kind.size() + 1, name.size() - kind.size() - 2);
  return !digits.empty() && digits.size() <= most_digits &&
         digits.find_first_not_of("0123456789") == std::string_view::npos;
}

NamedSpan span_in(const Json& json, std::string_view where, std::string& fault) {
  Fields phase(json, where, fault);
  NamedSpan named{.phase = phase.text("name", longest_name), .span = {}};
  if (!is_phase(named.phase)) phase.fail("name", "is no phase");
  named.span.start = phase.time("start_ms");
  named.span.duration = phase.time("duration_ms");
  named.span.attempts =
      static_cast<unsigned>(phase.count("attempts", std::numeric_limits<unsigned>::max()));
  named.span.exit_code = phase.exit_code("exit_code");
  return named;
}

std::vector<NamedSpan> spans_in(Fields& result, std::string& fault) {
  const auto& phases = result.array("phases", most_phases);
  std::vector<NamedSpan> spans;
  spans.reserve(phases.size());
  for (const auto& phase : phases)
    spans.push_back(span_in(phase, fmt::format("/phases/{}", spans.size()), fault));
  return spans;
}

std::optional<Ca> ca_in(Fields& result, std::string& fault) {
  const auto* json = result.object_or_null("ca");
  if (json == nullptr) return std::nullopt;
  Fields ca(*json, "/ca", fault);
  return Ca{.label = ca.text("label", longest_name),
            .fingerprint = ca.text("fingerprint_sha256", longest_name),
            .subject = ca.text("subject", longest_name),
            .not_after = ca.text("not_after", longest_name)};
}

/// The end of what the command said; of both streams the one that has something to say.
std::string output_in(Fields& error) {
  constexpr auto whole = std::numeric_limits<std::size_t>::max();
  auto text = error.text_or_null("stderr", whole);
  if (text.empty()) text = error.text_or_null("stdout", whole);
  if (text.size() <= longest_output) return text;
  return fmt::format("…{}", core::utf8_tail(text, longest_output));
}

std::optional<Trouble> trouble_in(Fields& result, Status status, std::string& fault) {
  const auto* json = result.object_or_null("error");
  if ((json == nullptr) != (status == Status::ok))
    result.fail("error", "must be null exactly if the status is ok");
  if (json == nullptr) return std::nullopt;
  Fields error(*json, "/error", fault);
  return Trouble{.code = error.text("code", longest_name),
                 .phase = error.text_or_null("phase", longest_name),
                 .message = error.text("message", longest_message),
                 .hint = error.text_or_null("hint", longest_message),
                 .output = output_in(error)};
}

std::string name_of(const std::string& id, const std::string& target, std::uint64_t line) {
  if (!id.empty()) return id;
  return target.empty() ? fmt::format("line {}", line) : target;
}

}  // namespace

std::expected<ParsedResult, std::string> parse_result(const Json& object) {
  std::string fault;
  Fields result(object, "", fault);
  ParsedResult parsed;
  auto& guest = parsed.guest;
  guest.target = result.text_or_null("target", longest_name);
  guest.line = result.count("line", std::numeric_limits<std::uint64_t>::max());
  guest.name = name_of(result.text_or_null("id", longest_name), guest.target, guest.line);
  guest.status = status_in(result);
  guest.leaked = result.boolean("leaked");
  guest.started_at = start_in(result);
  guest.queued = result.time("queued_ms");
  guest.duration = result.time("duration_ms");
  guest.trouble = trouble_in(result, guest.status, fault);
  parsed.run = result.text("run", longest_name);
  parsed.ca = ca_in(result, fault);
  parsed.spans = spans_in(result, fault);
  if (!fault.empty()) return std::unexpected(std::move(fault));
  return parsed;
}

}  // namespace smolfleet::report
