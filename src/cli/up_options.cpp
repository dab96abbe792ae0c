// The options of `up`.
#include "cli/up_options.hpp"

#include "cli/help.hpp"
#include "cli/option_checks.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

namespace smolfleet::cli {
namespace {

/// "never", or "soon|now,fail=N|N%"; nothing: it is neither.
std::optional<fleet::HaltRule> parse_halt(std::string_view text) {
  using When = fleet::HaltRule::When;
  if (text == "never") return fleet::HaltRule{};
  constexpr std::string_view soon = "soon,fail=";
  constexpr std::string_view now = "now,fail=";
  fleet::HaltRule rule;
  if (text.starts_with(soon)) rule.when = When::soon;
  if (text.starts_with(now)) rule.when = When::now;
  if (rule.when == When::never) return std::nullopt;
  text.remove_prefix(text.find('=') + 1);
  rule.in_percent = text.ends_with('%');
  if (rule.in_percent) text.remove_suffix(1);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), rule.limit);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (!whole || rule.limit == 0 || (rule.in_percent && rule.limit > 100)) return std::nullopt;
  return rule;
}

std::string check_boot_slots(const std::string& text) {
  if (text == "auto" || count_of_guests()(text).empty()) return {};
  return fmt::format("{} is neither auto nor a number of guests from 1 to {}", text, most_guests);
}

std::string check_start_rate(const std::string& text) {
  constexpr double slowest = 0.001;
  constexpr double fastest = 100'000;
  double rate = 0;
  if (CLI::detail::lexical_cast(text, rate) && rate >= slowest && rate <= fastest) return {};
  return fmt::format("{} is no number of starts a second from {:g} to {:g}", text, slowest,
                     fastest);
}

std::string check_memory_reserve(const std::string& text) {
  constexpr std::uint64_t most = std::uint64_t{1} << 40U;
  std::uint64_t mib = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, mib);
  if (read.ec == std::errc() && read.ptr == end && mib <= most) return {};
  return fmt::format("{} is no number of MiB", text);
}

std::string check_halt(const std::string& text) {
  if (parse_halt(text)) return {};
  return fmt::format("'{}' is not never, soon,fail=N, now,fail=N, or one of these with N%", text);
}

std::string check_metrics(const std::string& text) {
  const auto target = metrics::parse_target(text);
  return target ? std::string() : target.error();
}

}  // namespace

UpCommand::UpCommand(CLI::App& app) {
  auto* up = app.add_subcommand("up", "Bring guests up: plans in, one result per plan out");
  up->add_option("FILE", options_.feed, "The plans, one JSON object per line; - is stdin")
      ->type_name(" ")
      ->capture_default_str();
  add_smolvm(*up, options_.smolvm);
  add_widths(*up);
  add_ca(*up, options_.driver);
  add_limits(*up);
  add_ends(*up);
  add_journal(*up);
  add_metrics(*up);
  allow_environment(up->add_option("--run", options_.run_id, "The run's id [a fresh one]")
                        ->check(check_run_id)
                        ->type_name("ID"));
  allow_environment(
      up->add_flag("--events", options_.events, "Also a line on stdout whenever a plan moves on"));
  allow_environment(up->add_flag("--strict", options_.strict, "Refuse unknown keys everywhere"));
  add_logging(*up, options_.log, shared_);
  up->footer(
      "Every option can also be set by SMOLFLEET_<NAME>, for example SMOLFLEET_JOBS.\n"
      "Exit status: 0 every plan ok, 1 some not, 2 usage or configuration,\n"
      "3 the feed or the result stream broke, 128+N ended by signal N.");
  show_rarely(*up,
              {{"Width", {"--boot-slots", "--start-rate", "--memory-reserve", "--create-slots"}},
               {"Certificate in the guest", {"--ca-path", "--ca-bundle"}},
               {"Limits and ends", {"--deadline", "--settle-delay", "--halt", "--retry-failed"}},
               {"Input and output",
                {"--strict", "--run", "--events", "--metrics", "--log-format", "--log-level"}}});
}

void UpCommand::add_widths(CLI::App& up) {
  add_jobs(up, options_.jobs, "Guests in flight at a time");
  allow_environment(up.add_option("--boot-slots", raw_.boot_slots,
                                  "Parallel starts; auto measures how many are best")
                        ->check(check_boot_slots)
                        ->type_name("N|auto")
                        ->capture_default_str());
  allow_environment(up.add_option("--start-rate", raw_.start_rate, "Starts a second at most")
                        ->check(check_start_rate)
                        ->type_name("R"));
  allow_environment(
      up.add_option("--memory-reserve", raw_.memory_reserve,
                    "Keep so much memory available: a guest waits while the guests in "
                    "flight may still claim the rest")
          ->check(check_memory_reserve)
          ->type_name("MIB"));
  add_create_slots(up, options_.create_slots,
                   "Parallel creates; with more than one they lock each other out");
}

void UpCommand::add_limits(CLI::App& up) {
  allow_environment(
      up.add_option("--settle-delay", raw_.settle, "Seconds before a killed exec is run once more")
          ->check(at_most_a_week(0))
          ->type_name("SECONDS")
          ->capture_default_str());
  add_deadlines(up, shared_,
                "Limit of a phase, may be repeated [create=60, start=300, copy_ca=60, "
                "install_ca=60, step=300, stop=60, delete=120]");
  allow_environment(up.add_option("--timeout", raw_.timeout, "Limit of the whole run")
                        ->check(at_most_a_week(0.001))
                        ->type_name("SECONDS"));
}

void UpCommand::add_ends(CLI::App& up) {
  allow_environment(
      up.add_option("--on-failure", raw_.on_failure, "For guests whose plan did not end ok")
          ->check(one_of({"delete", "stop", "keep"}))
          ->type_name("delete|stop|keep")
          ->capture_default_str());
  allow_environment(up.add_option("--halt", raw_.halt,
                                  "End the run after N failures, or N% of at least three results: "
                                  "soon,fail=N finishes what is in flight, now,fail=N cancels it")
                        ->check(check_halt)
                        ->type_name("RULE")
                        ->capture_default_str());
}

void UpCommand::add_journal(CLI::App& up) {
  auto* journal = up.add_option("--journal", options_.journal,
                                "Record plans and results, to resume after a crash")
                      ->type_name("FILE");
  auto* resume = up.add_flag("--resume", options_.resume,
                             "Go on with the journal, on the same feed: answers stand, what was in "
                             "flight is run again");
  auto* retry = up.add_flag("--retry-failed", options_.retry_failed,
                            "When resuming, run also again what failed or was rejected");
  for (auto* option : {journal, resume, retry})
    allow_environment(option);
}

void UpCommand::add_metrics(CLI::App& up) {
  allow_environment(up.add_option("--metrics", raw_.metrics,
                                  "Prometheus metrics: a file that is replaced every few seconds, "
                                  "or /metrics on an address of this host such as :9464")
                        ->check(check_metrics)
                        ->type_name("FILE|ADDR"));
}

UpOptions UpCommand::options() {
  // By value: a variable may say no to them.
  if (options_.resume && options_.journal.empty())
    throw CLI::RequiresError("--resume", "--journal");
  if (options_.retry_failed && !options_.resume)
    throw CLI::RequiresError("--retry-failed", "--resume");
  finish_shared(shared_, options_.driver.deadlines, options_.log);
  options_.settle = to_millis(raw_.settle);
  if (raw_.boot_slots != "auto") options_.boot_slots = std::stoul(raw_.boot_slots);
  if (!raw_.start_rate.empty()) options_.start_rate = std::stod(raw_.start_rate);
  if (!raw_.memory_reserve.empty()) options_.memory_reserve = std::stoull(raw_.memory_reserve);
  if (raw_.timeout > 0) options_.timeout = to_millis(raw_.timeout);
  if (raw_.on_failure == "stop") options_.on_failure = bringup::OnFailure::stop;
  if (raw_.on_failure == "keep") options_.on_failure = bringup::OnFailure::keep;
  options_.halt = parse_halt(raw_.halt).value();
  if (!raw_.metrics.empty()) options_.metrics = metrics::parse_target(raw_.metrics).value();
  return options_;
}

}  // namespace smolfleet::cli
