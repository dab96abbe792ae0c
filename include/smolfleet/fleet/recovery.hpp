// Before a run is resumed: the guests that its earlier part has left are taken down.
#pragma once

#include "smolfleet/bringup/bringup.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/failure.hpp"
#include "smolfleet/journal/history.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace spdlog {
class logger;
}

namespace smolfleet::fleet {

/// What became of them.
struct Recovery {
  /// Targets with the lines of their plans in the feed of then: removed now, or not there.
  std::set<std::pair<std::string, std::uint64_t>> gone;
  std::set<std::string> unlisted;  ///< targets that smolvm's list does not show at all
  /// By target: taking it down failed; or nobody looked (`cancelled`), and it may be there.
  std::map<std::string, core::Failure> left_behind;
};

/// Asks smolvm what is there, and takes down those of the guests whose labels say that this run and
/// plan created them (`stop`, then `delete`), at most `width` at a time. Whatever else has such a
/// name is not touched. *On cancellation* the rest is left behind: it is in the journal.
[[nodiscard]] core::Awaitable<Recovery> recover(std::vector<journal::Leftover> guests,
                                                std::size_t width, bringup::Tools& tools,
                                                spdlog::logger& log);

}  // namespace smolfleet::fleet
