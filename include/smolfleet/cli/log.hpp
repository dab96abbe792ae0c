// The log on stderr.
#pragma once

#include "smolfleet/cli/options.hpp"
#include "smolfleet/core/asio.hpp"

#include <memory>

namespace spdlog {
class logger;
}

namespace smolfleet::cli {

/// A logger on stderr that never waits for its reader: what cannot be written is queued, up to 1
/// MiB, written with the next line, and beyond that counted. Its end waits two seconds at most. The
/// executor's loop must outlive it.
[[nodiscard]] std::unique_ptr<spdlog::logger> open_log(const core::Executor& executor,
                                                       const LogOptions& options);

}  // namespace smolfleet::cli
