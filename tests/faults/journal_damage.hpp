// What a bad disk does to a journal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace smolfleet::faults {

/// Tears the last line as a crash may: its end is cut off if that was the end of a plan, otherwise
/// a beginning without an end is added. (A plan's beginning is synced before anything is done for
/// it: no crash can take it away later.) False: there is no journal yet.
bool tear(const std::string& journal, std::uint64_t where);

struct Flip {
  std::size_t at = 0;    ///< in bytes
  std::size_t line = 0;  ///< from 1
  unsigned char mask = 1;
};
/// Flips one bit in one of the lines before the last. Nothing: there are none.
[[nodiscard]] std::optional<Flip> flip_a_bit(const std::string& journal, std::uint64_t where);
void flip_back(const std::string& journal, const Flip& flip);

}  // namespace smolfleet::faults
