// Opening the feed and the results.
#include "smolfleet/cli/streams.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace smolfleet::cli {

using core::OwnStream;

std::string feed_name(const std::string& file) {
  return file == "-" ? "stdin" : file;
}

std::expected<OwnStream, NoRun> open_feed(const core::Executor& executor, const std::string& file,
                                          ClosedStreams closed, spdlog::logger& log) {
  if (file == "-" && closed.in) {
    return std::unexpected(NoRun{"cannot read the feed: stdin is closed", stream_broke});
  }
  auto stream = file == "-"
                    ? OwnStream::of_inherited(executor, STDIN_FILENO, OwnStream::Direction::read)
                    : OwnStream::open_to_read(executor, file);
  if (stream && file == "-" && ::isatty(STDIN_FILENO) == 1)
    log.info("reading from the terminal: one JSON object a line, Ctrl-D ends");
  if (stream) return std::move(*stream);
  return std::unexpected(NoRun{
      fmt::format("cannot read the feed from {}: {}", feed_name(file), stream.error().message()),
      stream_broke});
}

std::expected<OwnStream, NoRun> open_results(const core::Executor& executor, ClosedStreams closed,
                                             std::string_view content) {
  auto stream = closed.out
                    ? OwnStream::Opened(std::unexpect, EBADF, std::generic_category())
                    : OwnStream::of_inherited(executor, STDOUT_FILENO, OwnStream::Direction::write);
  if (stream) return std::move(*stream);
  return std::unexpected(
      NoRun{fmt::format("cannot write {} to stdout: {}", content, stream.error().message()),
            stream_broke});
}

}  // namespace smolfleet::cli
