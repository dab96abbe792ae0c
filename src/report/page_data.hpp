// The page's data: one JSON object, written piece by piece.
#pragma once

#include "smolfleet/report/guests.hpp"
#include "smolfleet/report/page.hpp"
#include "smolfleet/report/summary.hpp"

namespace smolfleet::report {

/// Fit for a <script>. Guests are rows of an array each, as src/report/page/fleet.js reads them;
/// memory: one guest.
void write_page_data(const Sink& sink, const Guests& guests, const Summary& summary);

}  // namespace smolfleet::report
