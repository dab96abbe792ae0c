// The report's parts, at 80 columns.
#include "smolfleet/check/text.hpp"

#include "smolfleet/check/examiner.hpp"
#include "smolfleet/core/shell.hpp"
#include "smolfleet/core/text.hpp"
#include "smolfleet/core/timestamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace smolfleet::check {
namespace {

constexpr std::size_t name_column = 2;
constexpr std::size_t text_column = 14;
constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_message = 4096;
constexpr std::size_t most_described = 4096;

std::string harmless(std::string_view text, std::size_t limit = longest_message) {
  return core::printable(text, limit);
}

/// A name, and beside it a text that is broken where it has to be.
std::string row(std::string_view name, std::string_view text) {
  return fmt::format("{:{}}{:<{}}{}\n", "", name_column, name, text_column - name_column,
                     core::paragraph(text, text_column, text_column));
}

std::string block(std::string_view name, std::string_view text) {
  return fmt::format("{:{}}{:<{}}{}\n", "", name_column, name, text_column - name_column, text);
}

std::string note(std::string_view text) {
  return fmt::format("{:{}}{}\n", "", text_column, core::paragraph(text, text_column, text_column));
}

std::string command_rows(const Phase& phase) {
  std::string rows;
  for (const auto& command : phase.commands) {
    rows +=
        block(rows.empty() ? phase.name : "",
              core::shell_command(command.argv, text_column, text_column + 2, core::screen_width));
    if (!command.through_environment.empty()) {
      rows += note(fmt::format("(through its environment: {})",
                               fmt::join(command.through_environment, ", ")));
    }
  }
  return rows;
}

bool hides_values(const Phase& phase) {
  return std::ranges::any_of(phase.commands, &ShownCommand::hides_values);
}

std::string commands_of(const Verdict& verdict) {
  std::string rows;
  for (const auto& phase : verdict.phases)
    rows += command_rows(phase);
  if (std::ranges::any_of(verdict.phases, hides_values)) {
    rows += note(fmt::format(
        "({} is a value of env that goes on the command line, where other users of the host can "
        "see it: smolvm would take the variable for its own)",
        hidden_value));
  }
  return rows;
}

}  // namespace

TextReport::TextReport(core::Palette palette, Detail detail)
    : palette_(palette), detail_(detail), described_(most_described) {}

std::string TextReport::opening(const Opening& opening) const {
  if (detail_ == Detail::brief) return {};
  static_assert(assumed.create_label && assumed.copy_mode && !assumed.exec_user);
  auto text = fmt::format(
      "Checking {}. Nothing is started and smolvm is not asked: the commands are those for "
      "smolvm {}.{} (create has --label, cp has --mode, exec has no --user). {} is the private "
      "directory that `up` makes for the CAs that it has checked",
      harmless(opening.feed), assumed.version->major, assumed.version->minor, staging_name);
  if (!opening.run) text += fmt::format(", {} the run's id", run_name);
  text += fmt::format(", {} what tells this `up` from others of the run.", invocation_name);
  return core::paragraph(text, 0, 0) + "\n";
}

std::string TextReport::part_of(const Verdict& verdict) {
  const bool brief = detail_ == Detail::brief;
  if (brief && !verdict.is_noteworthy()) return {};
  std::string part;
  if (!brief || !std::exchange(is_first_, false)) part += "\n";
  part += heading(verdict) + fault(verdict);
  for (const auto& each : verdict.warnings)
    part += warning(each);
  if (brief) return part;
  return part + ca(verdict) + commands_of(verdict);
}

std::string TextReport::heading(const Verdict& verdict) const {
  const auto target = harmless(verdict.target.value_or("(no target)"), longest_name);
  auto text = palette_.bold(fmt::format("line {}: {}", verdict.line, target));
  if (verdict.id && verdict.id != verdict.target)
    text += palette_.dim(fmt::format(" ({})", harmless(*verdict.id, longest_name)));
  text += verdict.is_good() ? palette_.green(" good") : palette_.red(" bad");
  return text + "\n";
}

std::string TextReport::fault(const Verdict& verdict) const {
  if (!verdict.failure) return {};
  const auto& failure = *verdict.failure;
  auto rows = row("error", harmless(failure.message));
  if (failure.hint) rows += row("hint", harmless(*failure.hint));
  return rows;
}

std::string TextReport::warning(const Warning& warning) const {
  return row("warning", harmless(fmt::format("{}: {}", warning.pointer, warning.message))) +
         row("hint", harmless(warning.hint));
}

/// A CA is described once; whoever has it too is referred to that line.
std::string TextReport::ca(const Verdict& verdict) {
  if (!verdict.ca) return {};
  const auto& [path, staged] = *verdict.ca;
  const auto& certificate = staged.certificate;
  const auto name = fmt::format("{}, {}", plan::to_string(staged.label), harmless(path));
  const auto key = path + '\0' + certificate.fingerprint;
  if (const auto* line = described_.find(key))
    return row("CA", fmt::format("{}, as for line {}", name, *line));
  described_.put(key, verdict.line);
  return row("CA", name) +
         note(fmt::format("{}, until {}", certificate.subject,
                          core::to_iso8601(certificate.not_after))) +
         note(certificate.fingerprint);
}

std::string TextReport::closing(const Tally& tally) const {
  if (tally.lines() == 0) return "The feed has no plans.\n";
  const auto bad = fmt::format("{} bad", tally.bad);
  return fmt::format("{}{}: {}, {}, {}\n", detail_ == Detail::brief && is_first_ ? "" : "\n",
                     core::counted(tally.lines(), "plan", "plans"),
                     palette_.green(fmt::format("{} good", tally.good)),
                     tally.bad == 0 ? bad : palette_.red(bad),
                     core::counted(tally.warnings, "warning", "warnings"));
}

}  // namespace smolfleet::check
