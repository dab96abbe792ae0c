// The two ends of the pipe as a command opens them, and what becomes the exit status when it
// cannot.
#pragma once

#include "smolfleet/cli/host_setup.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/own_stream.hpp"

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
}

namespace smolfleet::cli {

/// Exit statuses (spec §2). Beyond these 128+N: ended by signal N.
inline constexpr int all_ok = 0;
inline constexpr int some_not_ok = 1;
inline constexpr int not_started = 2;
inline constexpr int stream_broke = 3;
inline constexpr int by_signal = 128;

/// Results that may wait for their reader before the feed has to, in bytes.
inline constexpr std::size_t queued_results = 1024 * std::size_t{1024};

/// Why a command did not begin, or broke off: what to say, and the exit status.
struct NoRun {
  std::string message;
  int status = not_started;
};

/// What the feed is called in messages: "stdin", or the file's name.
[[nodiscard]] std::string feed_name(const std::string& file);

/// `file`: a path; "-" is stdin. The log tells a person at a terminal that they are to write.
[[nodiscard]] std::expected<core::OwnStream, NoRun> open_feed(const core::Executor& executor,
                                                              const std::string& file,
                                                              ClosedStreams closed,
                                                              spdlog::logger& log);

/// stdout. `content`: what is to be written, for the sentence that says that it cannot.
[[nodiscard]] std::expected<core::OwnStream, NoRun> open_results(
    const core::Executor& executor, ClosedStreams closed, std::string_view content = "results");

}  // namespace smolfleet::cli
