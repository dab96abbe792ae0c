// The verbs of `smolvm machine` and their flags, release by release (contract §1 to §3).
#include "cli/grammar.hpp"
#include "cli/values.hpp"

#include <algorithm>

namespace smolfleet::standin {
namespace {

constexpr Flag name_flag{
    .name = "name", .short_name = 'n', .value = "NAME", .help = "Machine name"};

std::vector<Flag> create_flags() {
  return {
      name_flag,
      {.name = "image",
       .short_name = 'I',
       .value = "IMAGE",
       .help = "Image reference or directory"},
      {.name = "cpus", .value = "N", .help = "Virtual CPUs [default: 4]", .check = check_u8},
      {.name = "mem", .value = "MIB", .help = "Memory [default: 8192]", .check = check_u32},
      {.name = "storage", .value = "GIB", .help = "Storage disk size", .check = check_u64},
      {.name = "overlay", .value = "GIB", .help = "Overlay disk size", .check = check_u64},
      {.name = "volume",
       .short_name = 'v',
       .value = "HOST:GUEST[:ro]",
       .help = "Mount a host directory",
       .repeatable = true},
      {.name = "port",
       .short_name = 'p',
       .value = "HOST:GUEST",
       .help = "Publish a port",
       .check = check_port,
       .repeatable = true},
      {.name = "net", .help = "Enable outbound network access"},
      {.name = "net-backend",
       .value = "BACKEND",
       .help = "Network backend",
       .check = check_net_backend},
      {.name = "dns", .value = "IPV4", .help = "DNS server; implies --net", .check = check_ipv4},
      {.name = "network", .value = "NETWORK", .help = "Named network; implies --net"},
      {.name = "allow-cidr",
       .value = "CIDR",
       .help = "Allow egress to a network; implies --net",
       .check = check_cidr,
       .repeatable = true},
      {.name = "allow-host",
       .value = "HOST",
       .help = "Allow egress to a host; implies --net",
       .check = check_allowed_host,
       .repeatable = true},
      {.name = "outbound-localhost-only", .help = "Allow egress to the host only; implies --net"},
      {.name = "init", .value = "COMMAND", .help = "Run a command on start", .repeatable = true},
      {.name = "env",
       .short_name = 'e',
       .value = "KEY=VALUE",
       .help = "Environment variable",
       .repeatable = true},
      {.name = "workdir", .short_name = 'w', .value = "DIR", .help = "Working directory"},
      {.name = "secret-env",
       .value = "GUEST=HOSTVAR",
       .help = "Secret from the host's environment",
       .check = check_key_value,
       .repeatable = true},
      {.name = "secret-file",
       .value = "GUEST=PATH",
       .help = "Secret from a host file",
       .check = check_key_value,
       .repeatable = true},
      {.name = "smolfile", .short_name = 's', .value = "PATH", .help = "Smolfile"},
      {.name = "from", .value = "PATH", .help = "Create from a .smolmachine pack"},
      {.name = "label",
       .value = "KEY=VALUE",
       .help = "Label, shown by ls --json",
       .check = check_label,
       .repeatable = true,
       .since = label_since},
      {.name = "gpu", .help = "Enable the GPU"},
      {.name = "gpu-vram", .value = "MIB", .help = "GPU memory", .check = check_u32},
      {.name = "cuda", .help = "Enable CUDA"},
      {.name = "auto-graph", .help = "Capture CUDA graphs"},
      {.name = "rosetta", .help = "Enable Rosetta"},
      {.name = "ssh-agent", .help = "Forward the SSH agent"},
      {.name = "docker-socket", .help = "Expose a Docker socket"},
      {.name = "expose-socket",
       .value = "GUEST[:HOST]",
       .help = "Expose a guest socket",
       .repeatable = true},
      {.name = "mount-socket",
       .value = "HOST:GUEST",
       .help = "Mount a host socket",
       .repeatable = true},
      {.name = "max-image-size", .value = "SIZE", .help = "Largest image to accept"},
  };
}

std::vector<Flag> start_flags() {
  return {
      name_flag,
      {.name = "forkable", .help = "Allow forks of this machine"},
      {.name = "fork-pool-size", .value = "N", .help = "CUDA fork pool size", .check = check_u32},
      {.name = "cuda-vram-limit-mib",
       .value = "N",
       .help = "CUDA memory limit",
       .check = check_u32},
      {.name = "proxy", .value = "URL", .help = "Proxy for the image pull"},
      {.name = "no-proxy", .value = "LIST", .help = "Hosts that bypass the proxy"},
  };
}

std::vector<Flag> exec_flags() {
  return {
      // No short form here, unlike every other verb.
      {.name = "name", .value = "NAME", .help = "Machine name"},
      {.name = "workdir", .short_name = 'w', .value = "DIR", .help = "Working directory"},
      {.name = "env",
       .short_name = 'e',
       .value = "KEY=VALUE",
       .help = "Environment variable",
       .repeatable = true},
      {.name = "secret-env",
       .value = "GUEST=HOSTVAR",
       .help = "Secret from the host's environment",
       .check = check_key_value,
       .repeatable = true},
      {.name = "secret-file",
       .value = "GUEST=PATH",
       .help = "Secret from a host file",
       .check = check_key_value,
       .repeatable = true},
      {.name = "timeout",
       .value = "DURATION",
       .help = "Kill the command after this time",
       .check = check_duration},
      {.name = "interactive", .short_name = 'i', .help = "Forward stdin"},
      {.name = "tty", .short_name = 't', .help = "Allocate a terminal"},
      {.name = "stream", .help = "Print output as it comes"},
      {.name = "detach", .short_name = 'd', .help = "Print the guest's PID and return"},
      {.name = "user", .value = "USER", .help = "User to run as", .since = exec_user_since},
  };
}

std::vector<Flag> copy_flags() {
  return {
      {.name = "mode",
       .value = "OCTAL",
       .help = "Mode of the uploaded file",
       .check = check_mode,
       .since = cp_mode_since},
      {.name = "uid",
       .value = "N",
       .help = "Owner of the uploaded file",
       .check = check_u32,
       .since = cp_mode_since},
      {.name = "gid",
       .value = "N",
       .help = "Group of the uploaded file",
       .check = check_u32,
       .since = cp_mode_since},
  };
}

std::vector<Verb> newest_verbs() {
  constexpr Flag json{.name = "json", .help = "Print JSON"};
  auto required_name = name_flag;
  required_name.required = true;
  return {
      {.id = VerbId::create,
       .name = "create",

       .about = "Create a machine",
       .flags = create_flags(),
       .trailing = "COMMAND",
       .conflicts = {{"image", "from"}, {"smolfile", "from"}}},
      {.id = VerbId::start,
       .name = "start",

       .about = "Start a machine",
       .flags = start_flags()},
      {.id = VerbId::stop,
       .name = "stop",

       .about = "Stop a machine",
       .flags = {name_flag}},
      {.id = VerbId::remove,
       .name = "delete",
       .alias = "rm",
       .about = "Delete a machine",
       .flags = {required_name,
                 {.name = "force", .short_name = 'f', .help = "Do not ask"},
                 {.name = "cascade", .help = "Delete the clones too"}}},
      {.id = VerbId::status,
       .name = "status",

       .about = "Show a machine's state",
       .flags = {name_flag, json}},
      {.id = VerbId::list,
       .name = "ls",
       .alias = "list",
       .about = "List machines",
       .flags = {{.name = "verbose", .short_name = 'v', .help = "Show more"}, json}},
      {.id = VerbId::exec,
       .name = "exec",

       .about = "Run a command in a machine",
       .flags = exec_flags(),
       .trailing = "COMMAND",
       .trailing_required = true,
       .conflicts = {{"detach", "interactive"}, {"detach", "tty"}, {"detach", "stream"}}},
      {.id = VerbId::copy,
       .name = "cp",

       .about = "Copy a file to or from a machine",
       .flags = copy_flags(),
       .positionals = {{"SRC"}, {"DST"}}},
      {.id = VerbId::data_dir,
       .name = "data-dir",

       .about = "Print a machine's directory",
       .flags = {name_flag}},
  };
}

/// Before 1.0.2 these verbs took the name as a positional argument.
void use_positional_name(Verb& verb) {
  if (verb.id != VerbId::create && verb.id != VerbId::remove && verb.id != VerbId::data_dir) return;
  std::erase_if(verb.flags, [](const Flag& flag) { return flag.name == name_flag.name; });
  verb.positionals = {{.name = "NAME", .required = verb.id == VerbId::remove}};
}

}  // namespace

std::vector<Verb> verbs(const Version& version) {
  auto all = newest_verbs();
  for (auto& verb : all) {
    std::erase_if(verb.flags, [&](const Flag& flag) { return version < flag.since; });
    if (version < name_flag_since) use_positional_name(verb);
  }
  return all;
}

}  // namespace smolfleet::standin
