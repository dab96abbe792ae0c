// What the commands that work on guests have in common: their frame, their loop, names in the log.
#pragma once

#include "smolfleet/cli/log.hpp"
#include "smolfleet/cli/options.hpp"
#include "smolfleet/cli/streams.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/own_stream.hpp"
#include "smolfleet/driver/smolvm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <expected>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
}

namespace smolfleet::cli {

/// Names that one log line can hold.
inline constexpr std::size_t most_names = 20;

/// The first names of a list, and how many there are besides; `count` is how many there are in all.
template <class Names>
std::string first_names(const Names& names, std::size_t count) {
  const auto shown = std::min(names.size(), most_names);
  auto text = fmt::format(
      "{}",
      fmt::join(names.begin(), std::next(names.begin(), static_cast<std::ptrdiff_t>(shown)), ", "));
  if (count > shown) text += fmt::format(" and {} more", count - shown);
  return text;
}

/// The work of a command between its first step and its exit status.
using Body = std::function<std::expected<int, NoRun>(asio::io_context&, ClosedStreams, Log&)>;

/// Runs `body` with a loop and a log. Returns the exit status, after the log has said why there was
/// no run.
[[nodiscard]] int run_command(const LogOptions& log, const Body& body);

/// What a run begins with: finds `smolvm` for `driver`, lowers `jobs` to what the limit of
/// descriptors, raised as far as it goes, is enough for (the log says so), opens the results.
/// Children have the limit as it was.
[[nodiscard]] std::expected<core::OwnStream, NoRun> begin_run(
    const core::Executor& executor, const std::string& smolvm, driver::Settings& driver,
    std::size_t& jobs, ClosedStreams closed, spdlog::logger& log);

/// What a run has to do when it ends.
struct Ends {
  std::function<void()> ended;       ///< in order: nothing else may keep the loop
  std::function<void()> last_words;  ///< or at once, before the process ends without unwinding
};

/// Runs the loop until `root` has ended: it alone decides when. An exception is a bug, or memory or
/// descriptors are out. What `root` throws is returned as the reason. What no task throws but a
/// handler between them leaves tasks behind that nobody wakes any more, so nothing can be taken
/// down in order: after the last words the process ends with status 3.
[[nodiscard]] std::expected<void, NoRun> drive(asio::io_context& loop, core::Awaitable<void> root,
                                               const Ends& ends, spdlog::logger& log);

/// What there is too little of, and what to do, where an exception tells of that; nothing: it is a
/// bug.
[[nodiscard]] std::optional<std::string> shortage(const std::exception& error);

/// For main: memory that is out where nothing can be thrown ends the process in words, with status
/// 3, and not in a crash. smolvm's commands end with it.
void end_in_words_when_memory_is_out();

}  // namespace smolfleet::cli
