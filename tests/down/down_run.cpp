// Runs of `smolfleet down`.
#include "down_run.hpp"

#include "../support/schema.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace smolfleet::test {

const json& DownRun::of(std::string_view target) const {
  const auto is_it = [=](const json& removal) { return removal["target"] == target; };
  CAPTURE(target);
  CAPTURE(ended.err);
  REQUIRE(std::ranges::count_if(removals, is_it) == 1);
  return *std::ranges::find_if(removals, is_it);
}

std::map<std::string, std::string> DownRun::statuses() const {
  std::map<std::string, std::string> statuses;
  for (const auto& removal : removals) {
    if (removal["target"].is_string()) statuses[removal["target"]] = removal["status"];
  }
  return statuses;
}

bool DownRun::logged(std::string_view text) const {
  return ended.err.find(text) != std::string::npos;
}

DownRun collect_removals(Ended ended) {
  DownRun run;
  for (const auto& line : lines_of(ended.out)) {
    run.removals.push_back(json::parse(line));
    CHECK(schema_fault(run.removals.back(), schema_file("removal")) == "");
  }
  run.ended = std::move(ended);
  return run;
}

std::vector<std::string> down_argv(const std::string& smolvm, std::vector<std::string> options) {
  std::vector<std::string> argv = {from_build("SMOLFLEET_EXE"), "down", "--smolvm", smolvm};
  std::ranges::move(options, std::back_inserter(argv));
  return argv;
}

DownRun down(const StandIn& smolvm, std::string_view input, std::vector<std::string> options,
             const std::map<std::string, std::string>& more) {
  auto environment = smolvm.environment();
  for (const auto& [name, value] : more)
    environment[name] = value;
  auto argv = down_argv(StandIn::executable(), std::move(options));
  return collect_removals(run_program(std::move(argv), input, environment));
}

void create_by_hand(const StandIn& smolvm, const std::string& name) {
  const auto ended = run_program({StandIn::executable(), "machine", "create", "--name", name}, "",
                                 smolvm.environment());
  REQUIRE(ended.exit == 0);
}

std::string lines_again(const UpRun& run) {
  return feed_of(run.results);
}

}  // namespace smolfleet::test
