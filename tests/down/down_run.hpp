// What the tests of `smolfleet down` share: its runs, and its answers as JSON.
#pragma once

#include "../up/fixture.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::test {

/// A run of `smolfleet down` that has ended.
struct DownRun {
  Ended ended;
  std::vector<json> removals;
  /// The answer about a target; fails the test when there is not exactly one.
  [[nodiscard]] const json& of(std::string_view target) const;
  /// Status of each target, where one is known; of several answers the last.
  [[nodiscard]] std::map<std::string, std::string> statuses() const;
  /// Whether a line of stderr contains `text`.
  [[nodiscard]] bool logged(std::string_view text) const;
};

/// Reads the answers and checks each against the schema that ships.
[[nodiscard]] DownRun collect_removals(Ended ended);

/// argv of `smolfleet down` with the options.
[[nodiscard]] std::vector<std::string> down_argv(const std::string& smolvm,
                                                 std::vector<std::string> options = {});

/// Runs it over the stand-in with `input` as its stdin; `more` is added to the environment.
[[nodiscard]] DownRun down(const StandIn& smolvm, std::string_view input,
                           std::vector<std::string> options = {},
                           const std::map<std::string, std::string>& more = {});

/// Creates a machine by hand, as a person does.
void create_by_hand(const StandIn& smolvm, const std::string& name);

/// The results of a run, line by line, as `up` printed them.
[[nodiscard]] std::string lines_again(const UpRun& run);

}  // namespace smolfleet::test
