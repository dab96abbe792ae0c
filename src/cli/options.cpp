// The options of every command, read with CLI11.
#include "smolfleet/cli/options.hpp"

#include "cli/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

namespace smolfleet::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_jobs = 100'000;
/// A week: longer waits are mistakes in the unit.
constexpr double most_seconds = 604'800;
constexpr int usage_error = 2;

/// What CLI11 reads into and UpOptions does not hold as such.
struct Raw {
  double settle = 1.0;
  double timeout = 0;
  std::vector<std::string> deadlines;
  std::string log_format = "text";
  std::string on_failure = "delete";
  std::string halt = "never";
};

/// Options as a screen can hold them: the variables follow one rule, which the footer gives.
class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(32); }
  [[nodiscard]] std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_size() == 0) return {};
    return " " + option->get_type_name();
  }
  [[nodiscard]] std::string make_option_desc(const CLI::Option* option) const override {
    const auto value = option->get_default_str();
    const auto description = option->get_description();
    return value.empty() ? description : fmt::format("{} [{}]", description, value);
  }
};

milliseconds to_millis(double seconds) {
  return std::chrono::ceil<milliseconds>(std::chrono::duration<double>(seconds));
}

/// "--boot-slots" can also be set by SMOLFLEET_BOOT_SLOTS.
void allow_environment(CLI::Option* option) {
  std::string name = "SMOLFLEET_";
  for (const char c : option->get_lnames().front()) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  option->envname(name);
  // Of two the last wins, so that a script's options can be overridden behind them.
  if (option->get_items_expected_max() == 1) option->take_last();
}

CLI::Validator one_of(const std::vector<std::string>& choices) {
  auto check = [choices](const std::string& text) -> std::string {
    if (std::ranges::find(choices, text) != choices.end()) return {};
    return fmt::format("{} is none of {}", text, fmt::join(choices, ", "));
  };
  return {check, ""};
}

CLI::Validator at_most_a_week(double least, const std::string& description) {
  auto check = [least](const std::string& text) -> std::string {
    double seconds = 0;
    if (!CLI::detail::lexical_cast(text, seconds) || !std::isfinite(seconds) || seconds < least ||
        seconds > most_seconds) {
      return fmt::format("{} is no number of seconds from {:g} to {:g}", text, least, most_seconds);
    }
    return {};
  };
  return {check, description};
}

std::string check_ca_path(const std::string& path) {
  if (!path.starts_with('/') || !path.ends_with(".crt") || path.ends_with("/.crt")) {
    return fmt::format(
        "{} is no absolute path that ends in .crt; update-ca-certificates looks for nothing else",
        path);
  }
  return {};
}

std::string check_absolute(const std::string& path) {
  return path.starts_with('/') ? std::string() : fmt::format("{} is no absolute path", path);
}

std::string check_run_id(const std::string& id) {
  const bool plain = std::ranges::all_of(
      id, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; });
  const bool good = plain && !id.empty() && id.size() <= 64 &&
                    std::isalnum(static_cast<unsigned char>(id.front())) != 0;
  return good ? std::string()
              : fmt::format("'{}' is no run id: 1 to 64 letters, digits, '-', '_' or '.'", id);
}

milliseconds* deadline_named(driver::Deadlines& deadlines, std::string_view phase) {
  const std::map<std::string_view, milliseconds*> known = {
      {"create", &deadlines.create},   {"start", &deadlines.start},
      {"copy_ca", &deadlines.copy_ca}, {"install_ca", &deadlines.install_ca},
      {"step", &deadlines.step},       {"stop", &deadlines.stop},
      {"delete", &deadlines.remove}};
  const auto found = known.find(phase);
  return found == known.end() ? nullptr : found->second;
}

void set_deadlines(const std::vector<std::string>& settings, driver::Deadlines& deadlines) {
  for (const auto& setting : settings) {
    const auto equals = setting.find('=');
    auto* const deadline = deadline_named(deadlines, setting.substr(0, equals));
    const auto seconds = equals == std::string::npos ? "" : setting.substr(equals + 1);
    const auto fault = at_most_a_week(0.001, "")(seconds);
    if (deadline == nullptr || !fault.empty()) {
      throw CLI::ValidationError(
          "--deadline", fmt::format("'{}' is not PHASE=SECONDS with PHASE one of create, start, "
                                    "copy_ca, install_ca, step, stop, delete and SECONDS above 0",
                                    setting));
    }
    *deadline = to_millis(std::stod(seconds));
  }
}

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

std::string check_halt(const std::string& text) {
  if (parse_halt(text)) return {};
  return fmt::format("'{}' is not never, soon,fail=N, now,fail=N, or one of these with N%", text);
}

void add_widths(CLI::App& up, UpOptions& options) {
  CLI::Range positive(std::size_t{1}, most_jobs);
  positive.description("");
  allow_environment(up.add_option("-j,--jobs", options.jobs, "Guests in flight at a time")
                        ->check(positive)
                        ->type_name("N")
                        ->type_name("N")
                        ->capture_default_str());
  allow_environment(up.add_option("--boot-slots", options.boot_slots, "Parallel starts")
                        ->check(positive)
                        ->type_name("N")
                        ->type_name("N")
                        ->capture_default_str());
  allow_environment(up.add_option("--create-slots", options.create_slots,
                                  "Parallel creates; more than one lock each other out")
                        ->check(positive)
                        ->type_name("N")
                        ->capture_default_str());
}

void add_ca(CLI::App& up, UpOptions& options) {
  allow_environment(
      up.add_option("--ca-path", options.driver.ca_path, "Where the CA goes in the guest")
          ->check(check_ca_path)
          ->type_name("PATH")
          ->capture_default_str());
  allow_environment(
      up.add_option("--ca-bundle", options.driver.ca_bundle, "The guest's rebuilt bundle")
          ->check(check_absolute)
          ->type_name("PATH")
          ->capture_default_str());
}

void add_limits(CLI::App& up, Raw& raw) {
  allow_environment(
      up.add_option("--settle-delay", raw.settle, "Seconds before a killed exec is run once more")
          ->check(at_most_a_week(0, ""))
          ->type_name("SECONDS")
          ->capture_default_str());
  allow_environment(up.add_option("--deadline", raw.deadlines,
                                  "Limit of a phase, may be repeated [create=60,\nstart=300,"
                                  "copy_ca=60,install_ca=60,step=300,\nstop=60,delete=120]")
                        ->type_name("PHASE=SECONDS")
                        ->take_all()
                        ->delimiter(',')
                        ->allow_extra_args(false));
  allow_environment(up.add_option("--timeout", raw.timeout, "Limit of the whole run")
                        ->check(at_most_a_week(0.001, ""))
                        ->type_name("SECONDS"));
}

void add_ends(CLI::App& up, Raw& raw) {
  allow_environment(
      up.add_option("--on-failure", raw.on_failure,
                    "What to do with a guest that was created and whose\nplan did not "
                    "end ok: delete, stop or keep")
          ->check(one_of({"delete", "stop", "keep"}))
          ->type_name("HOW")
          ->capture_default_str());
  allow_environment(up.add_option("--halt", raw.halt,
                                  "End the run after N failures, or N% of at least\nthree results: "
                                  "soon,fail=N finishes what is in\nflight, now,fail=N cancels it")
                        ->check(check_halt)
                        ->type_name("RULE")
                        ->capture_default_str());
}

void add_logging(CLI::App& up, UpOptions& options, Raw& raw) {
  allow_environment(
      up.add_option("--log-format", raw.log_format, "Log lines on stderr: text or json")
          ->check(one_of({"text", "json"}))
          ->type_name("FORMAT")
          ->capture_default_str());
  allow_environment(
      up.add_option("--log-level", options.log.level, "debug, info, warn, error or off")
          ->check(one_of({"debug", "info", "warn", "error", "off"}))
          ->type_name("LEVEL")
          ->capture_default_str());
  allow_environment(up.add_flag("-q,--quiet", options.log.quiet, "Log errors only"));
}

CLI::App* add_up(CLI::App& app, UpOptions& options, Raw& raw) {
  auto* up = app.add_subcommand("up", "Bring guests up: plans in, one result per plan out");
  up->add_option("FILE", options.feed, "The plans, one JSON object per line; - is stdin")
      ->type_name(" ")
      ->capture_default_str();
  allow_environment(up->add_option("--smolvm", options.smolvm, "The smolvm program")
                        ->type_name("PATH")
                        ->capture_default_str());
  add_widths(*up, options);
  add_ca(*up, options);
  add_limits(*up, raw);
  add_ends(*up, raw);
  allow_environment(up->add_option("--run", options.run_id, "The run's id (default: a fresh one)")
                        ->check(check_run_id)
                        ->type_name("ID"));
  allow_environment(
      up->add_flag("--events", options.events, "Also a line on stdout whenever a plan moves on"));
  allow_environment(up->add_flag("--strict", options.strict, "Refuse unknown keys everywhere"));
  add_logging(*up, options, raw);
  up->footer(
      "Every option can also be set by SMOLFLEET_<NAME>, for example SMOLFLEET_JOBS.\n"
      "Exit status: 0 every plan ok, 1 some plan not ok, 2 usage or configuration,\n"
      "3 the feed or the result stream broke, 128+N ended by signal N.");
  return up;
}

void finish(UpOptions& options, const Raw& raw) {
  set_deadlines(raw.deadlines, options.driver.deadlines);
  options.settle = to_millis(raw.settle);
  if (raw.timeout > 0) options.timeout = to_millis(raw.timeout);
  if (raw.log_format == "json") options.log.format = LogFormat::json;
  if (raw.on_failure == "stop") options.on_failure = bringup::OnFailure::stop;
  if (raw.on_failure == "keep") options.on_failure = bringup::OnFailure::keep;
  options.halt = parse_halt(raw.halt).value();
}

}  // namespace

std::variant<UpOptions, Exit> parse_options(int argc, char** argv) {
  UpOptions options;
  Raw raw;
  CLI::App app("Brings up a fleet of smolvm guests that trust their proxy's CA.", "smolfleet");
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_version_flag("--version", fmt::format("smolfleet {}", version));
  app.require_subcommand(1);
  add_up(app, options, raw);
  try {
    app.parse(argc, argv);
    finish(options, raw);
  } catch (const CLI::RequiredError&) {
    const auto what = argc > 1 ? fmt::format("{} is no command of smolfleet", argv[1])
                               : std::string("smolfleet needs a command");
    fmt::print(stderr, "{}: try `smolfleet up`, or `smolfleet --help`.\n", what);
    return Exit{usage_error};
  } catch (const CLI::ParseError& error) {
    return Exit{app.exit(error) == 0 ? 0 : usage_error};
  }
  return options;
}

}  // namespace smolfleet::cli
