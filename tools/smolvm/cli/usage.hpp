// How a command line is described to people: help, usage lines, errors.
#pragma once

#include "cli/grammar.hpp"
#include "cli/parse.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace smolfleet::standin {

/// "--timeout <DURATION>", or "--force" for a switch.
[[nodiscard]] std::string spelled(const Flag& flag);
/// "smolvm machine cp [OPTIONS] <SRC> <DST>".
[[nodiscard]] std::string usage_line(const Verb& verb);

[[nodiscard]] Text help_of(const Verb& verb);
[[nodiscard]] Text help_of(const std::vector<Verb>& verbs);
[[nodiscard]] Text help_of_program();

/// clap's form: the message, the usage, a pointer to the help; exit 2.
[[nodiscard]] Text usage_error(std::string_view message, std::string_view usage);

}  // namespace smolfleet::standin
