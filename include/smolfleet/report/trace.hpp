// The report as a trace: JSON of Chrome's trace-event format, which Perfetto opens.
#pragma once

#include "smolfleet/report/guests.hpp"
#include "smolfleet/report/page.hpp"

namespace smolfleet::report {

/// A process per run, a track per guest that was admitted, a complete event per phase, an instant
/// where a guest's plan ended that did not end ok. Times are microseconds since the epoch.
void write_trace(const Sink& sink, const Guests& guests);

}  // namespace smolfleet::report
