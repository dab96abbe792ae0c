// Options that several commands have.
#include "cli/shared_options.hpp"

#include "cli/option_checks.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <map>
#include <string_view>

namespace smolfleet::cli {
namespace {

using std::chrono::milliseconds;

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
    const auto fault = at_most_a_week(0.001)(seconds);
    if (deadline == nullptr || !fault.empty()) {
      throw CLI::ValidationError(
          "--deadline", fmt::format("'{}' is not PHASE=SECONDS with PHASE one of create, start, "
                                    "copy_ca, install_ca, step, stop, delete and SECONDS above 0",
                                    setting));
    }
    *deadline = to_millis(std::stod(seconds));
  }
}

}  // namespace

void add_smolvm(CLI::App& command, std::string& smolvm) {
  allow_environment(command.add_option("--smolvm", smolvm, "The smolvm program")
                        ->type_name("PATH")
                        ->capture_default_str());
}

void add_jobs(CLI::App& command, std::size_t& jobs, const std::string& description) {
  allow_environment(command.add_option("-j,--jobs", jobs, description)
                        ->check(count_of_guests())
                        ->type_name("N")
                        ->capture_default_str());
}

void add_create_slots(CLI::App& command, std::size_t& slots, const std::string& description) {
  allow_environment(command.add_option("--create-slots", slots, description)
                        ->check(count_of_guests())
                        ->type_name("N")
                        ->capture_default_str());
}

void add_ca(CLI::App& command, driver::Settings& settings) {
  allow_environment(
      command.add_option("--ca-path", settings.ca_path, "Where the CA goes in the guest")
          ->check(check_ca_path)
          ->type_name("PATH")
          ->capture_default_str());
  allow_environment(
      command.add_option("--ca-bundle", settings.ca_bundle, "The guest's rebuilt bundle")
          ->check(check_absolute)
          ->type_name("PATH")
          ->capture_default_str());
}

void add_deadlines(CLI::App& command, RawShared& raw, const std::string& description) {
  allow_environment(command.add_option("--deadline", raw.deadlines, description)
                        ->type_name("PHASE=SECONDS")
                        ->take_all()
                        ->delimiter(',')
                        ->allow_extra_args(false));
}

void add_logging(CLI::App& command, LogOptions& log, RawShared& raw) {
  allow_environment(
      command.add_option("--log-format", raw.log_format, "How log lines are written on stderr")
          ->check(one_of({"text", "json"}))
          ->type_name("text|json")
          ->capture_default_str());
  allow_environment(command.add_option("--log-level", log.level, "The least that is logged")
                        ->check(one_of({"debug", "info", "warn", "error", "off"}))
                        ->type_name("debug|info|warn|error|off")
                        ->capture_default_str());
  allow_environment(command.add_flag("-q,--quiet", log.quiet, "Log errors only"));
}

void finish_shared(const RawShared& raw, driver::Deadlines& deadlines, LogOptions& log) {
  set_deadlines(raw.deadlines, deadlines);
  if (raw.log_format == "json") log.format = LogFormat::json;
}

}  // namespace smolfleet::cli
