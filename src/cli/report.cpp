// `smolfleet report`. It runs no guests, so it needs no loop and may block.
#include "smolfleet/cli/report.hpp"

#include "smolfleet/cli/host_setup.hpp"
#include "smolfleet/cli/running.hpp"
#include "smolfleet/cli/streams.hpp"
#include "smolfleet/core/last_error.hpp"
#include "smolfleet/core/layout.hpp"
#include "smolfleet/core/text.hpp"
#include "smolfleet/core/unique_fd.hpp"
#include "smolfleet/journal/file.hpp"
#include "smolfleet/report/guests.hpp"
#include "smolfleet/report/output.hpp"
#include "smolfleet/report/page.hpp"
#include "smolfleet/report/read.hpp"
#include "smolfleet/report/summary.hpp"
#include "smolfleet/report/trace.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace smolfleet::cli {
namespace {

using report::Guests;
using report::Output;

/// Lines of a file that are named one by one.
constexpr std::uint64_t most_faults = 10;
constexpr std::size_t longest_shown = 400;

void say(std::string_view text) {
  fmt::print(stderr, "smolfleet: {}\n", core::printable(text, longest_shown));
}

struct Source {
  std::string name;
  core::UniqueFd fd;
};

std::expected<Source, NoRun> open_source(const std::string& path, ClosedStreams closed) {
  const auto name = feed_name(path);
  if (path == "-" && closed.in)
    return std::unexpected(NoRun{"cannot read stdin: it is closed", stream_broke});
  core::UniqueFd fd(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd) return Source{name, std::move(fd)};
  return std::unexpected(
      NoRun{fmt::format("cannot read {}: {}", name, core::last_error().message()), stream_broke});
}

std::expected<std::vector<Source>, NoRun> open_sources(const ReportOptions& options,
                                                       ClosedStreams closed) {
  std::vector<Source> sources;
  for (const auto& path : options.inputs) {
    auto source = open_source(path, closed);
    if (!source) return std::unexpected(std::move(source).error());
    sources.push_back(std::move(*source));
  }
  return sources;
}

bool is_same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino && S_ISREG(one.st_mode);
}

/// Whether the file that is to be written is one of those that are read.
bool is_input(const std::string& path, const std::vector<Source>& sources) {
  struct stat output{};
  const bool is_there =
      path == "-" ? ::fstat(STDOUT_FILENO, &output) == 0 : ::stat(path.c_str(), &output) == 0;
  if (!is_there) return false;
  for (const auto& source : sources) {
    struct stat input{};
    if (::fstat(source.fd.get(), &input) == 0 && is_same_file(input, output)) return true;
  }
  return false;
}

/// Where a file goes, if there is to be one.
struct Destination {
  std::string path;
  std::optional<Output> output;
};

NoRun cannot_write(const std::string& path, std::error_code error) {
  return {fmt::format("cannot write {}: {}", path, error.message()), stream_broke};
}

std::expected<Destination, NoRun> open_destination(const std::string& path,
                                                   const std::vector<Source>& sources,
                                                   ClosedStreams closed) {
  if (path.empty()) return Destination{.path = path, .output = std::nullopt};
  if (is_input(path, sources)) {
    return std::unexpected(NoRun{
        fmt::format("{} is one of the files to be read: give another one", path), not_started});
  }
  if (path == "-" && closed.out)
    return std::unexpected(NoRun{"cannot write to stdout: it is closed", stream_broke});
  auto output = Output::open(path);
  if (!output) return std::unexpected(cannot_write(path, output.error()));
  return Destination{.path = path, .output = std::move(*output)};
}

/// Returns how many lines could not be read.
std::expected<std::uint64_t, NoRun> read_source(const Source& source, report::Reader& reader) {
  std::uint64_t faults = 0;
  const auto on_unreadable = [&](std::uint64_t line, std::string_view what) {
    if (++faults <= most_faults) say(fmt::format("{}:{}: {}", source.name, line, what));
  };
  if (const auto error =
          reader.read(source.name, journal::reader_of(source.fd.get()), on_unreadable)) {
    return std::unexpected(
        NoRun{fmt::format("cannot read {}: {}", source.name, error.message()), stream_broke});
  }
  if (faults > most_faults)
    say(fmt::format("{}: {} more lines could not be read", source.name, faults - most_faults));
  return faults;
}

report::Sink sink_to(Output& output) {
  return [&output](std::string_view text) { output.write(text); };
}

/// The files get their names when both are whole.
std::expected<void, NoRun> write(Destination& page, Destination& trace, const std::string& title,
                                 const Guests& guests) {
  if (page.output)
    report::write_page(sink_to(*page.output), guests, report::summarize(guests), title);
  if (trace.output) report::write_trace(sink_to(*trace.output), guests);
  for (auto* to : {&page, &trace}) {
    const auto error = to->output ? to->output->finish() : std::error_code();
    if (error) return std::unexpected(cannot_write(to->path, error));
  }
  for (auto* to : {&page, &trace}) {
    const auto error = to->output ? to->output->commit() : std::error_code();
    if (error) return std::unexpected(cannot_write(to->path, error));
  }
  return {};
}

/// "report.html and fleet.trace"; stdout is not named, somebody may be reading it.
std::string written_files(const ReportOptions& options) {
  std::string names;
  for (const auto& path : {options.page, options.trace}) {
    if (path.empty()) continue;
    names += fmt::format("{}{}", names.empty() ? "" : " and ", path == "-" ? "stdout" : path);
  }
  return names;
}

void tell(const ReportOptions& options, const Guests& guests, std::uint64_t faults) {
  auto text = fmt::format("wrote {}: {} of {}", written_files(options),
                          core::counted(guests.guests.size(), "plan", "plans"),
                          core::counted(guests.runs.size(), "run", "runs"));
  if (!guests.unanswered.empty())
    text += fmt::format(", {} without an answer", guests.unanswered.size());
  if (faults > 0)
    text +=
        fmt::format(", without {}", core::counted(faults, "unreadable line", "unreadable lines"));
  say(text);
}

std::expected<int, NoRun> make_report(const ReportOptions& options, ClosedStreams closed) {
  auto sources = open_sources(options, closed);
  if (!sources) return std::unexpected(std::move(sources).error());
  report::remove_unfinished_on_signals();
  auto page = open_destination(options.page, *sources, closed);
  if (!page) return std::unexpected(std::move(page).error());
  auto trace = open_destination(options.trace, *sources, closed);
  if (!trace) return std::unexpected(std::move(trace).error());

  report::Reader reader;
  std::uint64_t faults = 0;
  for (const auto& source : *sources) {
    const auto found = read_source(source, reader);
    if (!found) return std::unexpected(found.error());
    faults += *found;
  }
  const auto guests = reader.finish();
  const bool is_any = std::ranges::any_of(guests.inputs, [](const report::Input& input) {
    return input.results + input.events + input.records > 0;
  });
  if (faults > 0 && !is_any) {
    return std::unexpected(NoRun{
        "no line could be read, and nothing was written: give what `smolfleet up` prints, or its "
        "journal",
        some_not_ok});
  }
  if (auto written = write(*page, *trace, options.title, guests); !written)
    return std::unexpected(std::move(written).error());
  tell(options, guests, faults);
  return faults == 0 ? all_ok : some_not_ok;
}

}  // namespace

int report(const ReportOptions& options) {
  const auto status = make_report(options, prepare_process());
  if (status) return *status;
  say(status.error().message);
  return status.error().status;
}

}  // namespace smolfleet::cli
