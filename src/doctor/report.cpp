// Rows of text, lines of JSON.
#include "smolfleet/doctor/report.hpp"

#include "smolfleet/core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <string_view>

namespace smolfleet::doctor {
namespace {

constexpr std::size_t topic_column = 9;
constexpr std::size_t text_column = 22;

std::string coloured(Level level, std::string_view text, core::Palette palette) {
  switch (level) {
    case Level::ok:
      return palette.green(text);
    case Level::info:
      return palette.dim(text);
    case Level::warning:
      return palette.yellow(text);
    case Level::problem:
      return palette.red(text);
  }
  return std::string(text);
}

std::string row_of(const Finding& finding, core::Palette palette) {
  // Padded first: an escape sequence has a length and no width.
  const auto level = fmt::format("{:<{}}", to_string(finding.level), topic_column);
  const auto topic = fmt::format("{:<{}}", finding.topic, text_column - topic_column);
  auto row =
      coloured(finding.level, level, palette) + topic +
      core::paragraph(core::printable(finding.text, std::string::npos), text_column, text_column) +
      "\n";
  if (!finding.mend) return row;
  const auto mend = "-> " + core::printable(*finding.mend, std::string::npos);
  return row + std::string(text_column, ' ') + core::paragraph(mend, text_column, text_column + 3) +
         "\n";
}

std::string closing(const Findings& findings) {
  const auto problems = count(findings, Level::problem);
  const auto warnings = count(findings, Level::warning);
  if (problems > 0)
    return fmt::format("{}, {}: guests cannot be brought up here yet.\n",
                       core::counted(problems, "problem", "problems"),
                       core::counted(warnings, "warning", "warnings"));
  if (warnings > 0)
    return fmt::format("No problem, {}.\n", core::counted(warnings, "warning", "warnings"));
  return "Everything is as it should be.\n";
}

using OrderedJson = nlohmann::ordered_json;

std::string one_line(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

OrderedJson json_of(const Finding& finding) {
  OrderedJson json;
  json["topic"] = finding.topic;
  json["level"] = to_string(finding.level);
  json["text"] = finding.text;
  json["mend"] = finding.mend ? OrderedJson(*finding.mend) : OrderedJson(nullptr);
  return json;
}

}  // namespace

std::string to_text(const Findings& findings, core::Palette palette) {
  std::string text;
  for (const auto& finding : findings)
    text += row_of(finding, palette);
  return text + "\n" + closing(findings);
}

std::string to_lines(const Findings& findings) {
  std::string lines;
  for (const auto& finding : findings)
    lines += one_line(json_of(finding));
  OrderedJson summary;
  for (const auto level : {Level::ok, Level::info, Level::warning, Level::problem})
    summary[std::string(to_string(level))] = count(findings, level);
  OrderedJson json;
  json["summary"] = std::move(summary);
  return lines + one_line(json);
}

}  // namespace smolfleet::doctor
