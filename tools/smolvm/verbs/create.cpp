// `create`: checks what was asked for and writes one row; nothing else happens (contract §1.2).
#include "cli/values.hpp"
#include "store/store.hpp"
#include "support/console.hpp"
#include "support/ranges.hpp"
#include "support/text.hpp"
#include "verbs/environment.hpp"
#include "verbs/verbs.hpp"
#include "verbs/volumes.hpp"

#include <unistd.h>

#include <charconv>
#include <ctime>
#include <filesystem>

namespace smolfleet::standin {
namespace {

namespace fs = std::filesystem;

std::unexpected<Failure> refused(std::string_view reason) {
  return fail(cat("config operation failed: create machine: ", reason));
}

/// The value of a flag whose check let only numbers pass.
template <typename Number>
std::optional<Number> number(const Arguments& arguments, std::string_view flag) {
  const auto text = arguments.value(flag);
  if (!text) return std::nullopt;
  Number value{};
  std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

bool wants_network(const Arguments& arguments) {
  for (const auto* flag :
       {"net", "dns", "network", "allow-cidr", "allow-host", "outbound-localhost-only"}) {
    if (arguments.has(flag)) return true;
  }
  return false;
}

/// A path names an archive or a directory, anything else a registry's image. The stand-in's guests
/// see the host's file system for the latter and the directory for the former; it unpacks nothing.
Result<void> settle_image(Record& record, const Arguments& arguments) {
  record.image = arguments.value("image");
  record.pack = arguments.value("from");
  std::error_code error;
  if (record.pack && !fs::is_regular_file(*record.pack, error)) {
    return fail(
        cat("io operation failed: ", *record.pack, ": No such file or directory (os error 2)"));
  }
  if (!record.image) return {};
  const auto& image = *record.image;
  if (image != "-" && !image.starts_with('/') && !image.starts_with("./") &&
      !image.starts_with("../")) {
    if (record.network) return {};
    return refused(cat("image '", image, "' must be pulled from a registry, which needs network ",
                       "access; add --net"));
  }
  if (!fs::is_directory(image, error)) {
    return refused(cat("image '", image, "': the stand-in takes images from directories only"));
  }
  record.image = fs::canonical(image, error).native();
  return {};
}

Result<void> settle_resources(Record& record, const Arguments& arguments) {
  constexpr int many_cpus = 16;
  constexpr std::uint32_t least_memory_mib = 64;
  record.cpus = number<int>(arguments, "cpus").value_or(record.cpus);
  record.memory_mib = number<std::uint32_t>(arguments, "mem").value_or(record.memory_mib);
  record.storage_gb = number<std::uint64_t>(arguments, "storage");
  record.overlay_gb = number<std::uint64_t>(arguments, "overlay");
  record.gpu_vram_mib = number<std::uint64_t>(arguments, "gpu-vram");
  if (record.cpus == 0) return refused("cpus must be at least 1");
  if (record.memory_mib < least_memory_mib) {
    return refused(cat("memory must be at least ", least_memory_mib, " MiB"));
  }
  if (record.cpus > many_cpus) {
    complain(cat("WARN smolvm: ", record.cpus, " CPUs requested, more than ", many_cpus, "\n"));
  }
  return {};
}

Result<Record> make_record(const Context& context) {
  const auto& arguments = context.arguments;
  if (const auto complaint = check_machine_name(context.machine())) {
    return refused(cat("machine name ", *complaint));
  }
  if (arguments.has("smolfile")) return refused("the stand-in reads no Smolfiles");

  Record record{
      .name = context.machine(),
      .created_at = std::time(nullptr),
      .ports = arguments.values("port"),
      .network = wants_network(arguments),
      .gpu = arguments.has("gpu"),
      .cuda = arguments.has("cuda"),
      .env = given_env(arguments),
      .secrets = given_secrets(arguments),
      .workdir = arguments.value("workdir"),
      .init = arguments.values("init"),
      .command = arguments.trailing,
  };
  for (const auto& label : arguments.values("label")) {
    const auto equals = label.find('=');
    record.labels[label.substr(0, equals)] = label.substr(equals + 1);
  }
  auto mounts = parse_volumes(arguments.values("volume"));
  if (!mounts) return std::unexpected(mounts.error());
  record.mounts = *std::move(mounts);
  auto settled = settle_resources(record, arguments);
  if (settled) settled = settle_image(record, arguments);
  if (!settled) return std::unexpected(settled.error());
  return record;
}

/// smolvm hints at options that went to the workload; only stderr gets to see it.
void note_options_in_workload(const Context& context) {
  for (const auto& verb : verbs(context.settings.version)) {
    if (verb.id != VerbId::create) continue;
    for (const auto& flag : verb.flags) {
      const auto spelling = cat("--", flag.name);
      if (!contains(context.arguments.trailing, spelling)) continue;
      complain(cat("note: ", spelling, " came after `--` and was passed to the workload\n"));
    }
  }
}

std::string summary(const Record& record) {
  auto text = cat("Created machine: ", record.name, "\n  CPUs: ", record.cpus,
                  ", Memory: ", record.memory_mib, " MiB\n");
  if (!record.mounts.empty()) text += cat("  Mounts: ", record.mounts.size(), "\n");
  if (!record.ports.empty()) text += cat("  Ports: ", record.ports.size(), "\n");
  if (!record.init.empty()) text += cat("  Init commands: ", record.init.size(), "\n");
  return cat(text, "\nUse 'smolvm machine start --name ", record.name,
             "' to start the machine\nThen use 'smolvm machine exec --name ", record.name,
             " -- <command>' to run commands\n");
}

}  // namespace

Result<int> create(const Context& context) {
  note_options_in_workload(context);
  const auto record = make_record(context);
  if (!record) return std::unexpected(record.error());
  auto store = Store::open(context.settings.database);
  if (!store) return std::unexpected(store.error());
  auto done = store->reserve(record->name);
  if (!done) return std::unexpected(done.error());
  done = store->commit_reserved(*record);
  if (!done) {
    store->release(record->name);
    return std::unexpected(done.error());
  }
  say(summary(*record));
  return 0;
}

}  // namespace smolfleet::standin
