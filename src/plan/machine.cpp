// Reading `machine`, and what in it implies the network.
#include "plan/machine.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>

namespace smolfleet::plan {

namespace {

constexpr std::array<std::string_view, 14> keys = {
    "image", "from",    "cpus",  "memory_mib", "net",  "allow_cidrs", "allow_hosts",
    "env",   "volumes", "ports", "labels",     "init", "workdir",     "command"};
constexpr unsigned most_cpus = 255;
constexpr unsigned least_memory = 64;
constexpr unsigned most_memory = 16 * 1024 * 1024;  // 16 TiB

/// Why the guest cannot do without the network, if so.
std::optional<std::string_view> need_of_network(const Machine& machine, bool has_routes) {
  if (!machine.allow_cidrs.empty()) return "/machine/allow_cidrs is given";
  if (!machine.allow_hosts.empty()) return "/machine/allow_hosts is given";
  if (!machine.ports.empty()) return "/machine/ports is given";
  if (has_routes) return "/egress_plan/routes needs it";
  if (!machine.image.empty() && !lies_on_host(machine.image))
    return "/machine/image is pulled from a registry";
  return std::nullopt;
}

/// A guest that is told of a proxy is to reach it, unless the plan says otherwise.
bool names_a_proxy(const Pairs& env) {
  constexpr std::array<std::string_view, 6> variables = {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY",
                                                         "http_proxy",  "ALL_PROXY",   "all_proxy"};
  return std::ranges::any_of(env, [&](const auto& variable) {
    return !variable.second.empty() &&
           std::ranges::find(variables, variable.first) != variables.end();
  });
}

bool read_net(const Fields& fields, const Machine& machine, bool has_routes) {
  const auto wanted = fields.flag("net");
  const auto need = need_of_network(machine, has_routes);
  if (need && wanted == false)
    fields.refuse("net", fmt::format("must not be false, because {}", *need),
                  "Leave net out, or take out what needs the network.");
  return need || wanted.value_or(names_a_proxy(machine.env));
}

/// The workload behind `--`. An empty list is a mistake; without the key it is smolfleet's to
/// choose.
std::vector<std::string> read_command(const Fields& fields) {
  auto command = fields.texts("command", plain_fault);
  const bool named = !command.empty() && !command.front().empty();
  if (fields.has("command") && !named)
    fields.refuse("command", "must have at least one element, and the first must not be empty",
                  "Leave command out to keep the guest up without a workload.");
  return command;
}

}  // namespace

Machine read_machine(const Fields& fields, bool has_routes) {
  fields.allow_only(keys);
  Machine machine;
  machine.image = fields.text("image", option_value_fault);
  machine.from = fields.text("from", option_value_fault);
  if (fields.has("image") && fields.has("from"))
    fields.refuse("from", "must not be given together with image", "Give one of the two.");
  machine.cpus = fields.integer("cpus", 1, most_cpus);
  machine.memory_mib = fields.integer("memory_mib", least_memory, most_memory);
  machine.allow_cidrs = fields.texts("allow_cidrs", cidr_fault);
  machine.allow_hosts = fields.texts("allow_hosts", host_fault);
  machine.env = fields.pairs("env", env_name_fault);
  machine.volumes = fields.texts("volumes", volume_fault);
  machine.ports = fields.texts("ports", port_fault);
  machine.labels = fields.pairs("labels", label_key_fault);
  machine.init = fields.texts("init", option_value_fault);
  machine.workdir = fields.text("workdir", directory_fault);
  machine.command = read_command(fields);
  machine.net = read_net(fields, machine, has_routes);
  return machine;
}

}  // namespace smolfleet::plan
