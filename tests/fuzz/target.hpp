// What the fuzz targets share: the function that each of them is, and what they claim.
#pragma once

#include "smolfleet/core/failure.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace smolfleet::fuzz {

/// The target: feeds `input` to a part of smolfleet and claims what must hold for any bytes. Each
/// target's source defines it; an exception that leaves it is a find, too.
void run(std::string_view input);

/// Ends the process if the claim does not hold, which the fuzzer takes for a crash.
void claim(bool holds, std::string_view what);

/// Takes the first line off `input`, its LF too: a target's own settings, in letters where
/// possible, so that a seed can be written by hand.
[[nodiscard]] std::string_view take_line(std::string_view& input);

/// Claims that a terminal and a JSON reader can show it: one line of valid UTF-8 with nothing in it
/// that acts on a terminal, and not empty.
void claim_readable(std::string_view text);

/// Claims that the failure's texts are readable.
void claim_told(const core::Failure& failure);

/// Claims that the failure's result is one line of valid JSON. It is slow: once
/// an input is enough.
void claim_one_line(const core::Failure& failure, const std::optional<std::string>& id = {});

}  // namespace smolfleet::fuzz
