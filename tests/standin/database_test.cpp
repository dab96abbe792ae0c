// The shared state: what ls shows, and what happens when many write at once.
#include "playground.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace smolfleet::standin::tests {
namespace {

std::string numbered(int number) {
  return "m" + std::to_string(number);
}

/// Runs one command per machine, all at once.
std::vector<Ended> run_together(const Playground& playground,
                                const std::vector<std::string>& machines, const std::string& verb) {
  std::vector<std::unique_ptr<Child>> children;
  for (const auto& name : machines) {
    auto words = playground.command({"machine", verb, "-n", name});
    if (verb == "delete") words.emplace_back("-f");
    children.push_back(std::make_unique<Child>(words, playground.environment()));
  }
  std::vector<Ended> ends;
  for (auto& child : children)
    ends.push_back(child->finish());
  return ends;
}

std::set<std::string> listed(const Playground& playground) {
  std::set<std::string> names;
  for (const auto& each : nlohmann::json::parse(playground.machine({"ls", "--json"}).out)) {
    names.insert(each.at("name"));
  }
  return names;
}

/// Repeats what met a locked database until all is done; gives how many calls did.
int repeat_until_done(const Playground& playground, std::vector<std::string> machines,
                      const std::string& verb) {
  const auto doing = verb == "delete" ? std::string("remove") : std::string("reserve");
  int locked = 0;
  while (!machines.empty()) {
    const auto ends = run_together(playground, machines, verb);
    std::vector<std::string> again;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (ends[i].code == 0) continue;
      CHECK(ends[i].code == 1);
      const bool is_locked = ends[i].err.contains("database is locked");
      REQUIRE_MESSAGE(is_locked, ends[i].err);
      CHECK(ends[i].err.starts_with("Error: database operation failed: "));
      if (ends[i].err.contains(doing + " vm '" + machines[i] + "'")) ++locked;
      again.push_back(machines[i]);
    }
    machines = again;
  }
  return locked;
}

TEST_SUITE_BEGIN("database");

TEST_CASE(
    "parallel creates and deletes meet a locked database, leave nothing, and can be repeated") {
  const Playground playground("none");
  // Making the database is a race of its own.
  REQUIRE(playground.machine({"ls"}).code == 0);
  // Whether two commands meet is up to the scheduler, so the crowd comes back until they have.
  int locked_creates = 0;
  int locked_deletes = 0;
  for (int round = 0; round < 50 && (locked_creates == 0 || locked_deletes == 0); ++round) {
    std::vector<std::string> names;
    for (int i = 0; i < 16; ++i)
      names.push_back(numbered(i));
    locked_creates += repeat_until_done(playground, names, "create");
    CHECK(listed(playground) == std::set(names.begin(), names.end()));
    locked_deletes += repeat_until_done(playground, names, "delete");
    CHECK(listed(playground).empty());
  }
  CHECK(locked_creates > 0);
  CHECK(locked_deletes > 0);
}

TEST_CASE("a create that failed leaves nothing behind") {
  const Playground playground("none");
  REQUIRE(playground.machine({"ls"}).code == 0);
  std::vector<std::string> names;
  for (int i = 0; i < 16; ++i)
    names.push_back(numbered(i));
  const auto ends = run_together(playground, names, "create");
  std::set<std::string> made;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (ends[i].code == 0) made.insert(names[i]);
  }
  CHECK(listed(playground) == made);
}

TEST_CASE("of two creates of one name exactly one succeeds, whatever is repeated") {
  const Playground playground("none");
  int created = 0;
  int taken = 0;
  while (taken == 0) {
    for (const auto& ended : run_together(playground, {"twin", "twin", "twin"}, "create")) {
      created += ended.code == 0 ? 1 : 0;
      taken += ended.err.contains("already exists or is being created") ? 1 : 0;
    }
  }
  CHECK(created <= 1);
  CHECK(listed(playground).size() <= 1);
}

TEST_CASE("updates wait for the lock instead of failing") {
  const Playground playground("none");
  std::vector<std::string> names;
  for (int i = 0; i < 8; ++i) {
    names.push_back(numbered(i));
    REQUIRE(playground.machine({"create", "-n", names.back()}).code == 0);
  }
  for (const auto& ended : run_together(playground, names, "start"))
    CHECK_MESSAGE(ended.code == 0, ended.err);
  for (const auto& ended : run_together(playground, names, "stop"))
    CHECK_MESSAGE(ended.code == 0, ended.err);
}

TEST_CASE("ls --json shows every field of the contract") {
  const Playground playground("none");
  REQUIRE(playground
              .machine({"create", "-n", "web", "-I", "debian:12", "--net", "--cpus", "2", "--mem",
                        "512", "--label", "team=a", "--label", "x=y=z", "-p", "80", "--", "sleep",
                        "infinity"})
              .code == 0);
  const auto record = nlohmann::json::parse(playground.machine({"ls", "--json"}).out).at(0);
  CHECK(record == playground.status("web"));
  CHECK(record.size() == 31);
  CHECK(record.at("state") == "created");
  CHECK(record.at("pid").is_null());
  CHECK(record.at("cpus") == 2);
  CHECK(record.at("memory_mib") == 512);
  CHECK(record.at("image") == "debian:12");
  CHECK(record.at("network") == true);
  CHECK(record.at("ports") == 1);
  CHECK(record.at("cmd") == nlohmann::json({"sleep", "infinity"}));
  CHECK(record.at("labels") == nlohmann::json({{"team", "a"}, {"x", "y=z"}}));
}

TEST_SUITE_END();

}  // namespace
}  // namespace smolfleet::standin::tests
