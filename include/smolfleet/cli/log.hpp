// The log on stderr.
#pragma once

#include "smolfleet/cli/options.hpp"

#include <memory>

namespace spdlog {
class logger;
}

namespace smolfleet::cli {

/// A logger that writes to stderr from a thread of its own: a reader of stderr that stands still
/// must not hold up the loop. When its queue of lines is full the oldest are dropped. Lives until
/// `close_log`, which writes out what is left.
[[nodiscard]] std::shared_ptr<spdlog::logger> open_log(const LogOptions& options);
void close_log();

}  // namespace smolfleet::cli
