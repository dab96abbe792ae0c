// argv to arguments, with the errors of clap, the parser that smolvm uses.
#pragma once

#include "cli/grammar.hpp"

#include <expected>
#include <span>
#include <string>
#include <vector>

namespace smolfleet::standin {

/// The command line asks for text only (a help, the version), or is wrong (exit 2).
struct Text {
  int exit_code = 0;
  std::string out = {};
  std::string err = {};
};

struct Invocation {
  VerbId id = VerbId::list;
  std::string verb;
  Arguments arguments;
};

/// `words` is argv without the program's name.
[[nodiscard]] std::expected<Invocation, Text> parse_command_line(std::span<const std::string> words,
                                                                 const Version& version);

/// The arguments of one verb.
[[nodiscard]] std::expected<Arguments, Text> parse_arguments(const Verb& verb,
                                                             std::span<const std::string> words);

}  // namespace smolfleet::standin
