// Scenarios and fleets.
#include "scenario.hpp"

namespace smolfleet::test {

json rule(const char* verb, const json& attempts, const json& what) {
  return {{"verb", verb}, {"attempts", attempts}, {"action", what}};
}

json chance(const char* verb, double probability, const json& what) {
  return {{"verb", verb}, {"probability", probability}, {"action", what}};
}

json rule_for(const char* verb, const char* machine, const json& what) {
  return {{"verb", verb}, {"machine", machine}, {"action", what}};
}

json action(const char* key, const json& value) {
  auto object = json::object();
  object[key] = value;
  return object;
}

json scenario(const json& rules) {
  return {{"seed", 7}, {"rules", rules}};
}

json created(const Scene& scene, const std::string& target) {
  auto plan = scene.plan(target);
  plan["machine"] = {{"image", "debian:12"}};
  return plan;
}

std::vector<json> fleet_of(const Scene& scene, int size) {
  std::vector<json> plans;
  for (int i = 0; i < size; ++i)
    plans.push_back(created(scene, "b" + std::to_string(i)));
  return plans;
}

std::map<std::string, int> count_by_status(const UpRun& run) {
  std::map<std::string, int> counts;
  for (const auto& result : run.results)
    ++counts[result["status"]];
  return counts;
}

}  // namespace smolfleet::test
