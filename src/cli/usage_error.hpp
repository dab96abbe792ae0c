// What is wrong with a command line, in words for whoever typed it.
#pragma once

#include <span>
#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace smolfleet::cli {

using Arguments = std::span<const char* const>;

/// What to say, with its '\n', of `arguments` (without the program's name), which `app` refused
/// with `error`. Names the option that is wrong, or the variable that it was read from, and where
/// help is. Nothing in it steers a terminal.
[[nodiscard]] std::string usage_error(const CLI::App& app, const CLI::ParseError& error,
                                      Arguments arguments);

}  // namespace smolfleet::cli
