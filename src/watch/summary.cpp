// The table, the slowest, the failures.
#include "smolfleet/watch/summary.hpp"

#include "smolfleet/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace smolfleet::watch {
namespace {

using results::Millis;

/// Of a name or a message in the summary, in bytes.
constexpr std::size_t longest_name = 40;
constexpr std::size_t longest_message = 160;
constexpr std::size_t longest_detail = 240;

void add_row(std::string& text, std::string_view name, const Distribution& took,
             std::uint64_t retries) {
  fmt::format_to(std::back_inserter(text), "  {:<12}{:>8}{:>10}{:>10}{:>10}{:>10}{:>9}\n", name,
                 took.count(), readable(took.quantile(0.5)), readable(took.quantile(0.9)),
                 readable(took.quantile(0.99)), readable(took.most()), retries);
}

void add_phases(std::string& text, const Tally& tally) {
  if (tally.phases().empty()) return;
  fmt::format_to(std::back_inserter(text), "  {:<12}{:>8}{:>10}{:>10}{:>10}{:>10}{:>9}\n", "phase",
                 "guests", "p50", "p90", "p99", "longest", "retries");
  for (const auto& phase : tally.phases())
    add_row(text, phase.name, phase.took, phase.retries);
  if (tally.came_up().count() > 0) add_row(text, "all, if ok", tally.came_up(), tally.retries());
}

void add_slowest(std::string& text, const Tally& tally) {
  std::string_view begin = "slowest";
  for (const auto& guest : tally.slowest()) {
    fmt::format_to(std::back_inserter(text), "  {:<12}line {}: {}, {}, of which {} {}\n", begin,
                   guest.line, core::printable(guest.target, longest_name), readable(guest.took),
                   guest.longest_in, readable(guest.longest));
    begin = "";
  }
}

void add_detail(std::string& text, std::string_view what, std::string_view detail) {
  fmt::format_to(std::back_inserter(text), "  {:<12}  {}: {}\n", "", what,
                 core::printable(detail, longest_detail));
}

void add_failures(std::string& text, const Tally& tally) {
  std::string_view begin = "failures";
  for (const auto& [code, failures] : tally.failures()) {
    const auto target = failures.target.empty() ? std::string("(no target)")
                                                : core::printable(failures.target, longest_name);
    fmt::format_to(std::back_inserter(text), "  {:<12}{} {}, first in line {}, {}: {}\n", begin,
                   failures.count, core::to_string(code), failures.line, target,
                   core::printable(failures.message, longest_message));
    begin = "";
    if (!failures.said.empty()) add_detail(text, "it said", failures.said);
    if (!failures.hint.empty()) add_detail(text, "hint", failures.hint);
  }
}

}  // namespace

std::string readable(Millis duration) {
  const auto ms = duration.count();
  if (ms < 0.9995) return fmt::format("{:.0f} us", ms * 1000);
  if (ms < 99.95) return fmt::format("{:.1f} ms", ms);
  if (ms < 999.5) return fmt::format("{:.0f} ms", ms);
  if (ms < 99'995) return fmt::format("{:.2f} s", ms / 1000);
  return fmt::format("{:.0f} s", ms / 1000);
}

std::string summary(const Tally& tally) {
  std::string text;
  add_phases(text, tally);
  add_slowest(text, tally);
  add_failures(text, tally);
  return text;
}

}  // namespace smolfleet::watch
