// What the command says on stdout and stderr.
#pragma once

#include <string_view>

namespace smolfleet::standin {

/// Writes to stdout or stderr at once, unbuffered. A reader that has gone ends the process as it
/// ends smolvm: with a panic's text and exit code 101 (contract §3.2).
void say(std::string_view text);
void complain(std::string_view text);

}  // namespace smolfleet::standin
