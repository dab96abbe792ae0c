// Signals as a program has them that a person starts in a terminal.
#pragma once

#include <csignal>

namespace smolfleet::test {

/// Those whose disposition the tests' own parent may have changed: nohup ignores SIGHUP, a shell
/// SIGINT and SIGQUIT for what it runs in the background, and the tests themselves SIGPIPE.
constexpr int inherited_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE};

/// In a child, between fork and exec.
inline void restore_usual_signals() {
  for (const int signal : inherited_signals)
    std::signal(signal, SIG_DFL);
}

}  // namespace smolfleet::test
