// How the commands' help looks: what fits a screen, or everything by subject.
#pragma once

#include <utility>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace smolfleet::cli {

/// Gives `app`, and the commands that are added to it later, their help. `--help` shows the options
/// of a command's default group; `--help-all` also those that were given a group, under its name.
/// Descriptions are one text each: they are broken into lines of 80 columns here.
void set_up_help(CLI::App& app);

/// Names of groups, each with its options.
using Groups = std::vector<std::pair<const char*, std::vector<const char*>>>;

/// Gives options that `command` has a group, so that its `--help` fits a screen.
void show_rarely(CLI::App& command, const Groups& groups);

}  // namespace smolfleet::cli
