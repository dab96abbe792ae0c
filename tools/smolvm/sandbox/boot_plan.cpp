// Boot plans to JSON and back.
#include "sandbox/boot_plan.hpp"

#include <nlohmann/json.hpp>

namespace smolfleet::standin {

using nlohmann::json;

std::string encode(const BootPlan& plan) {
  auto mounts = json::array();
  for (const auto& mount : plan.mounts) {
    mounts.push_back(
        {{"host", mount.host}, {"guest", mount.guest}, {"read_only", mount.read_only}});
  }
  const json object = {
      {"has_guest", plan.has_guest}, {"hostname", plan.hostname}, {"directory", plan.directory},
      {"base", plan.base},           {"skeleton", plan.skeleton}, {"mounts", std::move(mounts)},
  };
  return object.dump(2);
}

BootPlan decode_boot_plan(const std::string& text) {
  const auto object = json::parse(text);
  BootPlan plan{
      .has_guest = object.at("has_guest"),
      .hostname = object.at("hostname"),
      .directory = object.at("directory"),
      .base = object.at("base"),
      .skeleton = object.at("skeleton"),
  };
  for (const auto& each : object.at("mounts")) {
    plan.mounts.push_back(
        {.host = each.at("host"), .guest = each.at("guest"), .read_only = each.at("read_only")});
  }
  return plan;
}

}  // namespace smolfleet::standin
