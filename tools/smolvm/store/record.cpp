// Records to JSON and back.
#include "store/record.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace smolfleet::standin {
namespace {

using nlohmann::json;

constexpr std::array states{
    std::pair{State::created, std::string_view("created")},
    std::pair{State::running, std::string_view("running")},
    std::pair{State::stopped, std::string_view("stopped")},
    std::pair{State::unreachable, std::string_view("unreachable")},
};

State parse_state(std::string_view text) {
  for (const auto& [state, name] : states) {
    if (name == text) return state;
  }
  return State::stopped;
}

template <typename T>
json nullable(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

template <typename T>
std::optional<T> optional_at(const json& object, const char* key) {
  const auto& value = object.at(key);
  return value.is_null() ? std::nullopt : std::optional(value.get<T>());
}

json encode_mounts(const std::vector<Mount>& mounts) {
  auto all = json::array();
  for (const auto& mount : mounts) {
    all.push_back({{"host", mount.host}, {"guest", mount.guest}, {"read_only", mount.read_only}});
  }
  return all;
}

std::vector<Mount> decode_mounts(const json& all) {
  std::vector<Mount> mounts;
  for (const auto& each : all) {
    mounts.push_back(
        {.host = each.at("host"), .guest = each.at("guest"), .read_only = each.at("read_only")});
  }
  return mounts;
}

json encode_secrets(const std::vector<Secret>& secrets) {
  auto all = json::array();
  for (const auto& secret : secrets) {
    all.push_back({{"guest_name", secret.guest_name},
                   {"source", secret.source},
                   {"from_file", secret.from_file}});
  }
  return all;
}

std::vector<Secret> decode_secrets(const json& all) {
  std::vector<Secret> secrets;
  for (const auto& each : all) {
    secrets.push_back({.guest_name = each.at("guest_name"),
                       .source = each.at("source"),
                       .from_file = each.at("from_file")});
  }
  return secrets;
}

}  // namespace

std::string_view to_string(State state) {
  for (const auto& [each, name] : states) {
    if (each == state) return name;
  }
  std::unreachable();
}

std::string encode(const Record& record) {
  const json object = {
      {"name", record.name},
      {"state", to_string(record.state)},
      {"pid", nullable(record.pid)},
      {"created_at", record.created_at},
      {"init_completed", record.init_completed},
      {"image", nullable(record.image)},
      {"pack", nullable(record.pack)},
      {"cpus", record.cpus},
      {"memory_mib", record.memory_mib},
      {"storage_gb", nullable(record.storage_gb)},
      {"overlay_gb", nullable(record.overlay_gb)},
      {"mounts", encode_mounts(record.mounts)},
      {"ports", record.ports},
      {"network", record.network},
      {"gpu", record.gpu},
      {"gpu_vram_mib", nullable(record.gpu_vram_mib)},
      {"cuda", record.cuda},
      {"forkable", record.forkable},
      {"env", record.env},
      {"secrets", encode_secrets(record.secrets)},
      {"workdir", nullable(record.workdir)},
      {"init", record.init},
      {"command", record.command},
      {"labels", record.labels},
  };
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Record decode(std::string_view text) {
  const auto object = json::parse(text);
  return {
      .name = object.at("name"),
      .state = parse_state(object.at("state").get<std::string>()),
      .pid = optional_at<pid_t>(object, "pid"),
      .created_at = object.at("created_at"),
      .init_completed = object.at("init_completed"),
      .image = optional_at<std::string>(object, "image"),
      .pack = optional_at<std::string>(object, "pack"),
      .cpus = object.at("cpus"),
      .memory_mib = object.at("memory_mib"),
      .storage_gb = optional_at<std::uint64_t>(object, "storage_gb"),
      .overlay_gb = optional_at<std::uint64_t>(object, "overlay_gb"),
      .mounts = decode_mounts(object.at("mounts")),
      .ports = object.at("ports"),
      .network = object.at("network"),
      .gpu = object.at("gpu"),
      .gpu_vram_mib = optional_at<std::uint64_t>(object, "gpu_vram_mib"),
      .cuda = object.at("cuda"),
      .forkable = object.at("forkable"),
      .env = object.at("env"),
      .secrets = decode_secrets(object.at("secrets")),
      .workdir = optional_at<std::string>(object, "workdir"),
      .init = object.at("init"),
      .command = object.at("command"),
      .labels = object.at("labels"),
  };
}

json describe(const Record& record) {
  return {
      {"name", record.name},
      {"state", to_string(record.state)},
      {"restart_policy", "never"},
      {"cpus", record.cpus},
      {"memory_mib", record.memory_mib},
      {"mounts", record.mounts.size()},
      {"ports", record.ports.size()},
      {"created_at", record.created_at},
      {"restart_max_retries", 0},
      {"restart_count", 0},
      {"pid", nullable(record.pid)},
      {"storage_gb", nullable(record.storage_gb)},
      {"overlay_gb", nullable(record.overlay_gb)},
      {"gpu_vram_mib", nullable(record.gpu_vram_mib)},
      {"cuda_fork_pool_size", nullptr},
      {"cuda_vram_limit_mib", nullptr},
      {"health_interval_secs", nullptr},
      {"health_timeout_secs", nullptr},
      {"health_retries", nullptr},
      {"health_startup_grace_secs", nullptr},
      {"image", nullable(record.image)},
      {"health_cmd", nullptr},
      {"entrypoint", json::array()},
      {"cmd", record.command},
      {"ephemeral", false},
      {"gpu", record.gpu},
      {"cuda", record.cuda},
      {"forkable", record.forkable},
      {"forkpoint_held", false},
      {"network", record.network},
      {"labels", record.labels},
  };
}

}  // namespace smolfleet::standin
