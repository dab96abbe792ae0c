// The report as one HTML page that needs nothing from anywhere.
#pragma once

#include "smolfleet/report/guests.hpp"
#include "smolfleet/report/summary.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace smolfleet::report {

/// Takes text piece by piece.
using Sink = std::function<void(std::string_view)>;

/// Writes the page: its parts, which are in this program, and the data as JSON, guest by guest.
/// Whatever texts say, they are data: no markup and no script of theirs gets into the page.
void write_page(const Sink& sink, const Guests& guests, const Summary& summary,
                std::string_view title);

}  // namespace smolfleet::report
