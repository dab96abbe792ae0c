// Events, one a line, written as they are made.
#include "smolfleet/report/trace.hpp"

#include "report/text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <string>

namespace smolfleet::report {
namespace {

std::int64_t micros(Millis time) {
  return std::llround(time.count() * 1000);
}

class Writer {
 public:
  Writer(const Sink& sink, const Guests& guests) : sink_(sink), guests_(guests) {}

  void write() {
    sink_("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
    for (std::size_t run = 0; run < guests_.runs.size(); ++run)
      write_metadata("process_name", run + 1, 0, "run " + guests_.runs[run]);
    // A track that has a process's number would be taken for its main thread.
    auto track = guests_.runs.size();
    for (const auto& guest : guests_.guests) {
      if (guest.started_at) write_guest(guest, ++track);
    }
    sink_("\n]}\n");
  }

 private:
  void write_event(const std::string& event) {
    sink_(is_first_ ? "\n" : ",\n");
    sink_(event);
    is_first_ = false;
  }

  void write_metadata(std::string_view what, std::size_t process, std::size_t track,
                      const std::string& name) {
    write_event(fmt::format(R"({{"ph":"M","name":"{}","pid":{},"tid":{},"args":{{"name":{}}}}})",
                            what, process, track, json_text(name)));
  }

  void write_guest(const Guest& guest, std::size_t track) {
    const auto process = std::size_t{guest.run} + 1;
    write_metadata("thread_name", process, track, guest.name);
    write_event(fmt::format(
        R"({{"ph":"M","name":"thread_sort_index","pid":{},"tid":{},"args":{{"sort_index":{}}}}})",
        process, track, track));
    const std::int64_t admitted = guest.started_at->time_since_epoch().count() * 1000;
    for (const auto& span : guest.spans)
      write_span(span, admitted, process, track);
    if (guest.trouble) write_trouble(guest, admitted, process, track);
  }

  void write_span(const Span& span, std::int64_t admitted, std::size_t process, std::size_t track) {
    const auto exit_code = span.exit_code ? fmt::to_string(*span.exit_code) : "null";
    write_event(fmt::format(
        R"({{"ph":"X","name":{},"cat":"phase","pid":{},"tid":{},"ts":{},"dur":{},)"
        R"("args":{{"attempts":{},"exit_code":{}}}}})",
        json_text(guests_.phases[span.phase]), process, track, admitted + micros(span.start),
        micros(span.duration), span.attempts, exit_code));
  }

  void write_trouble(const Guest& guest, std::int64_t admitted, std::size_t process,
                     std::size_t track) {
    write_event(fmt::format(R"({{"ph":"i","name":{},"cat":"{}","s":"t","pid":{},"tid":{},"ts":{},)"
                            R"("args":{{"phase":{},"message":{}}}}})",
                            json_text(guest.trouble->code), results::to_string(guest.status),
                            process, track, admitted + micros(guest.duration),
                            json_text(guest.trouble->phase), json_text(guest.trouble->message)));
  }

  const Sink& sink_;
  const Guests& guests_;
  bool is_first_ = true;
};

}  // namespace

void write_trace(const Sink& sink, const Guests& guests) {
  Writer(sink, guests).write();
}

}  // namespace smolfleet::report
