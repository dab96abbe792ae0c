// Every argv that smolfleet gives to smolvm (contract §1 to §4).
#include "smolfleet/driver/smolvm.hpp"

#include "smolfleet/core/shell.hpp"
#include "smolfleet/driver/machines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>
#include <variant>

namespace smolfleet::driver {
namespace {

using process::Command;
using Arguments = std::vector<std::string>;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

/// smolvm's own limit on an exec: a backstop inside the guest for the case that our client dies
/// without a trace. Ours comes first, so that a deadline reads the same in every phase.
constexpr milliseconds guest_backstop = 5s;

/// Asking smolvm about itself takes no guest.
constexpr milliseconds question_deadline = 10s;
/// Each dead machine costs `ls` up to three seconds (contract §1.3).
constexpr milliseconds list_deadline = 30s;
/// About 700 bytes per machine; beyond that the answer is cut and counts as unreadable.
constexpr std::size_t list_capture = 8 * std::size_t{1024 * 1024};

void append(Arguments& to, Arguments more) {
  std::ranges::move(more, std::back_inserter(to));
}

void append_each(Arguments& to, const std::string& option, const Arguments& values) {
  for (const auto& value : values)
    append(to, {option, value});
}

void append_if_set(Arguments& to, const std::string& option, const std::string& value) {
  if (!value.empty()) append(to, {option, value});
}

/// smolvm wants a unit and refuses zero (contract §3.2).
std::string duration_argument(milliseconds duration) {
  if (duration % 1s == 0ms) return fmt::format("{}s", duration / 1s);
  return fmt::format("{}ms", duration.count());
}

/// Whether the smolvm client, its wrapper script (bash), the loader or a library of theirs reads or
/// sets the variable itself, so that a guest's value would change the client, or not arrive.
bool means_something_to_client(std::string_view name) {
  constexpr std::array<std::string_view, 8> prefixes = {"SMOLVM_", "XDG_", "LD_",    "RUST_",
                                                        "BASH",    "LC_",  "GLIBC_", "MALLOC_"};
  constexpr auto names = std::to_array<std::string_view>(
      {"HOME", "PATH", "TMPDIR", "LANG", "LANGUAGE", "TERM", "TZ", "USER", "LOGNAME", "PWD",
       "OLDPWD", "NO_COLOR", "CLICOLOR",
       // libraries
       "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES", "SSL_CERT_FILE", "SSL_CERT_DIR",
       "DOCKER_CONFIG", "DOCKER_HOST", "HOSTALIASES", "RES_OPTIONS", "LOCALDOMAIN", "GCONV_PATH",
       "LOCPATH", "NLSPATH",
       // bash
       "SHELL", "SHELLOPTS", "SHLVL", "IFS", "ENV", "PS4", "CDPATH", "OPTIND", "OPTARG", "OPTERR",
       "UID", "EUID", "PPID", "GROUPS", "RANDOM", "SRANDOM", "SECONDS", "LINENO", "HISTCMD",
       "EPOCHSECONDS", "EPOCHREALTIME", "DIRSTACK", "FUNCNAME", "HOSTNAME", "HOSTTYPE", "MACHTYPE",
       "OSTYPE", "PIPESTATUS", "POSIXLY_CORRECT", "COMP_WORDBREAKS", "_"});
  if (name.ends_with("_PROXY") || name.ends_with("_proxy")) return true;
  return std::ranges::any_of(prefixes, [=](auto prefix) { return name.starts_with(prefix); }) ||
         std::ranges::find(names, name) != names.end();
}

/// Passes a variable to the guest: by name through the client's environment, so that a secret is
/// not seen in argv (contract §1.2: `K` alone copies the client's own), unless the client would
/// take it for its own.
void append_variable(Command& command, const std::string& name, const std::string& value) {
  const auto entry = name + "=" + value;
  if (means_something_to_client(name)) return append(command.argv, {"-e", entry});
  append(command.argv, {"-e", name});
  command.extra_environment.push_back(entry);
}

bool has_name(const plan::Pairs& pairs, std::string_view name) {
  return std::ranges::any_of(pairs, [=](const auto& pair) { return pair.first == name; });
}

/// The variables by which programs that don't use the system's trust store find the CA (spec §3).
void append_trust(Arguments& to, const plan::Machine& machine, const Settings& settings) {
  const std::array<std::pair<const char*, const std::string*>, 3> trust = {
      {{"NODE_EXTRA_CA_CERTS", &settings.ca_path},
       {"SSL_CERT_FILE", &settings.ca_bundle},
       {"REQUESTS_CA_BUNDLE", &settings.ca_bundle}}};
  for (const auto& [name, value] : trust) {
    if (!has_name(machine.env, name)) append(to, {"-e", fmt::format("{}={}", name, *value)});
  }
}

void append_resources(Arguments& to, const plan::Machine& machine) {
  append_if_set(to, "--image", machine.image);
  append_if_set(to, "--from", machine.from);
  if (machine.cpus) append(to, {"--cpus", std::to_string(*machine.cpus)});
  if (machine.memory_mib) append(to, {"--mem", std::to_string(*machine.memory_mib)});
  if (machine.net) append(to, {"--net"});
  append_each(to, "--allow-cidr", machine.allow_cidrs);
  append_each(to, "--allow-host", machine.allow_hosts);
  append_each(to, "--volume", machine.volumes);
  append_each(to, "--port", machine.ports);
  append_each(to, "--init", machine.init);
  append_if_set(to, "--workdir", machine.workdir);
}

/// An image guest without a workload may end at once and take an early exec with it (contract
/// §6.1).
Arguments workload_of(const plan::Machine& machine) {
  if (!machine.command.empty()) return machine.command;
  if (!machine.image.empty()) return {"sleep", "infinity"};
  return {};
}

void append_labels(Arguments& to, const plan::Plan& plan, const Settings& settings) {
  for (const auto& [name, value] : plan.machine->labels) {
    append(to, {"--label", fmt::format("{}={}", name, value)});
  }
  append(to, {"--label", fmt::format("{}={}", run_label, settings.run_id)});
  append(to, {"--label", fmt::format("{}={}", plan_label, plan.id)});
  append(to, {"--label", fmt::format("{}={}", line_label, plan.line)});
  if (!settings.invocation.empty())
    append(to, {"--label", fmt::format("{}={}", invocation_label, settings.invocation)});
}

}  // namespace

Smolvm::Smolvm(Settings settings)
    : settings_(std::move(settings)),
      environment_(process::inherited_environment(
          {"NO_COLOR=1"}, {"SMOLVM_BOOT_DEBUG", "SMOLVM_BOOT_BINARY",
                           // Of descriptors that children do not have.
                           "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"})) {}

Command Smolvm::command(Arguments arguments, milliseconds deadline) const {
  Command command;
  command.argv = {settings_.executable};
  append(command.argv, std::move(arguments));
  command.environment = environment_;
  command.descriptors = settings_.descriptors;
  command.deadline = deadline;
  return command;
}

Command Smolvm::version() const {
  return command({"--version"}, question_deadline);
}

Command Smolvm::help(std::string_view verb) const {
  return command({"machine", std::string(verb), "--help"}, question_deadline);
}

Command Smolvm::list() const {
  auto list = command({"machine", "ls", "--json"}, list_deadline);
  list.capture = list_capture;
  return list;
}

Command Smolvm::create(const plan::Plan& plan, const Capabilities& can) const {
  assert(plan.machine);
  const plan::Machine& machine = *plan.machine;
  auto create = command({"machine", "create", "--name", plan.target}, settings_.deadlines.create);
  append_resources(create.argv, machine);
  if (can.create_label) append_labels(create.argv, plan, settings_);
  for (const auto& [name, value] : machine.env)
    append_variable(create, name, value);
  append_trust(create.argv, machine, settings_);
  auto workload = workload_of(machine);
  if (!workload.empty()) append(create.argv, {"--"});
  append(create.argv, std::move(workload));
  return create;
}

Command Smolvm::start(const std::string& target) const {
  auto start = command({"machine", "start", "--name", target}, settings_.deadlines.start);
  // The one signal on which an interrupted start takes its guest down with it (contract §4.6).
  start.gentle_signal = SIGINT;
  return start;
}

Command Smolvm::stop(const std::string& target) const {
  return command({"machine", "stop", "--name", target}, settings_.deadlines.stop);
}

Command Smolvm::remove(const std::string& target) const {
  return command({"machine", "delete", "--name", target, "--force"}, settings_.deadlines.remove);
}

Command Smolvm::copy(const std::string& target, const std::filesystem::path& source,
                     const std::string& to, milliseconds deadline) const {
  assert(source.native().find(':') == std::string::npos);
  return command({"machine", "cp", source.native(), fmt::format("{}:{}", target, to)}, deadline);
}

Arguments Smolvm::exec(const std::string& target, milliseconds deadline) const {
  return {"machine", "exec",      "--name",
          target,    "--timeout", duration_argument(deadline + guest_backstop)};
}

Command Smolvm::copy_ca(const std::string& target, const std::filesystem::path& file) const {
  return copy(target, file, settings_.ca_path, settings_.deadlines.copy_ca);
}

std::string Smolvm::install_script() const {
  const auto path = core::shell_quoted(settings_.ca_path);
  const auto bundle = core::shell_quoted(settings_.ca_bundle);
  return fmt::format(
      "chown root:root {0} && chmod 644 {0} && update-ca-certificates && "
      "openssl verify -CAfile {1} {0}",
      path, bundle);
}

Command Smolvm::install_ca(const std::string& target, const Capabilities& can) const {
  const auto deadline = settings_.deadlines.install_ca;
  auto arguments = exec(target, deadline);
  if (can.exec_user) append(arguments, {"--user", "root"});
  append(arguments, {"--", "sh", "-c", install_script()});
  return command(std::move(arguments), deadline);
}

std::vector<Call> Smolvm::step(const std::string& target, const plan::Step& step,
                               const std::filesystem::path& source, const Capabilities& can) const {
  const auto deadline = step.timeout.value_or(settings_.deadlines.step);
  if (const auto* run = std::get_if<plan::ExecStep>(&step.action)) {
    auto exec_step = command(exec(target, deadline), deadline);
    for (const auto& [name, value] : run->env)
      append_variable(exec_step, name, value);
    append(exec_step.argv, {"--"});
    append(exec_step.argv, run->argv);
    return {{run->idempotent ? Verb::exec : Verb::exec_once, std::move(exec_step)}};
  }
  const auto& file = std::get<plan::CopyStep>(step.action);
  auto upload = copy(target, source, file.to, deadline);
  if (!file.mode.empty() && can.copy_mode) append(upload.argv, {"--mode", file.mode});
  if (file.mode.empty() || can.copy_mode) return {{Verb::copy, std::move(upload)}};
  auto arguments = exec(target, deadline);
  append(arguments, {"--", "chmod", file.mode, file.to});
  return {{Verb::copy, std::move(upload)},
          {Verb::set_mode, command(std::move(arguments), deadline)}};
}

}  // namespace smolfleet::driver
