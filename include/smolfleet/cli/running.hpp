// What the commands that work on guests have in common: the loop, the width, names in the log.
#pragma once

#include "smolfleet/core/asio.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <iterator>
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

[[nodiscard]] inline std::string_view plural(std::size_t count, std::string_view one,
                                             std::string_view many) {
  return count == 1 ? one : many;
}

/// Raises the limit of descriptors and returns how many guests at a time it is enough for, at most
/// `wanted`; less than that is said in the log.
[[nodiscard]] std::size_t fit_jobs(std::size_t wanted, spdlog::logger& log);

/// Runs the loop until `root` has ended: it alone decides when. `ended` is called then, so that
/// nothing else keeps the loop. Throws what `root` throws. What no task throws but a handler
/// between them (memory is out, or there is a bug) leaves tasks behind that nobody wakes any more,
/// so nothing can be taken down in order: after `last_words` the process ends with status 3.
void drive(asio::io_context& loop, core::Awaitable<void> root, const std::function<void()>& ended,
           const std::function<void(const std::exception&)>& last_words = {});

/// For main: memory that is out where nothing can be thrown ends the process in words, with status
/// 3, and not in a crash. smolvm's commands end with it.
void end_in_words_when_memory_is_out();

}  // namespace smolfleet::cli
