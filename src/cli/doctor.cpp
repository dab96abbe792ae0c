// `smolfleet doctor`.
#include "smolfleet/cli/doctor.hpp"

#include "smolfleet/cli/host_setup.hpp"
#include "smolfleet/cli/running.hpp"
#include "smolfleet/cli/streams.hpp"
#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/scope.hpp"
#include "smolfleet/doctor/clock.hpp"
#include "smolfleet/doctor/host.hpp"
#include "smolfleet/doctor/kvm.hpp"
#include "smolfleet/doctor/limits.hpp"
#include "smolfleet/doctor/memory.hpp"
#include "smolfleet/doctor/report.hpp"
#include "smolfleet/doctor/sandbox.hpp"
#include "smolfleet/doctor/smolvm.hpp"
#include "smolfleet/doctor/storage.hpp"
#include "smolfleet/process/runner.hpp"
#include "smolfleet/results/writer.hpp"

#include "cli/option_checks.hpp"

#include <spdlog/logger.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <expected>
#include <iterator>
#include <string>
#include <utility>

namespace smolfleet::cli {
namespace {

using core::Awaitable;
using doctor::Findings;

void append(Findings& to, Findings more) {
  std::ranges::move(more, std::back_inserter(to));
}

doctor::Descriptors descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) limit = {.rlim_cur = 1024, .rlim_max = 1024};
  const auto left = limit.rlim_max - std::min<rlim_t>(limit.rlim_max, descriptors_in_use());
  return {.soft = limit.rlim_cur,
          .hard = limit.rlim_max,
          .jobs = std::min(jobs_that_fit(left), most_guests),
          .default_jobs = UpOptions().jobs};
}

std::string architecture() {
  utsname system{};
  return ::uname(&system) == 0 ? system.machine : "unknown";
}

/// What can be seen without smolvm, the most important first.
Findings look_around() {
  const doctor::Host host;
  const auto directories = doctor::directories(doctor::own_environment());
  Findings findings = judge(doctor::read_kvm(host));
  append(findings, doctor::judge_architecture(architecture()));
  append(findings, judge(descriptors()));
  append(findings, judge(doctor::read_process_limits(host)));
  append(findings, judge(doctor::read_memory(host)));
  append(findings, doctor::judge_database(doctor::look_at(directories.database)));
  append(findings, doctor::judge_machines(doctor::look_at(directories.machines)));
  append(findings, doctor::judge_temporary(doctor::look_at(directories.temporary)));
  append(findings, judge(doctor::read_clock()));
  append(findings, judge(doctor::read_sandbox(host)));
  return findings;
}

/// What goes to stdout, in messages; the table of exit statuses calls it so too.
constexpr auto what_doctor_prints = "the findings";

/// An examination under way.
class Doctor {
 public:
  Doctor(asio::io_context& loop, const DoctorOptions& options, core::OwnStream report)
      : options_(options),
        scope_(loop.get_executor()),
        runner_(loop.get_executor()),
        writer_(
            loop.get_executor(), std::move(report), queued_results, [] {}, what_doctor_prints) {}

  Awaitable<void> run() { co_await scope_.run(examine()); }

  [[nodiscard]] int exit_status(spdlog::logger& log) const {
    if (writer_.fault()) log.error("{}", *writer_.fault());
    if (writer_.fault()) return stream_broke;
    return count(findings_, doctor::Level::problem) == 0 ? all_ok : some_not_ok;
  }

 private:
  Awaitable<void> examine() {
    doctor::Smolvm facts{.program = find_program(options_.smolvm), .can = {}, .machines = {}};
    if (facts.program) {
      driver::Settings settings;
      settings.executable = *facts.program;
      const driver::Smolvm smolvm(std::move(settings));
      co_await ask(smolvm, runner_, facts);
    }
    findings_ = judge(facts);
    append(findings_, look_around());
    const core::Palette palette(shows_colours(STDOUT_FILENO));
    const auto report = options_.json ? to_lines(findings_) : to_text(findings_, palette);
    co_await writer_.write(report);
    co_await writer_.flush();
  }

  const DoctorOptions& options_;
  core::Scope scope_;
  process::Runner runner_;
  results::Writer writer_;
  Findings findings_;
};

std::expected<int, NoRun> run_doctor(asio::io_context& loop, const DoctorOptions& options,
                                     ClosedStreams closed, spdlog::logger& log) {
  auto report = open_results(loop.get_executor(), closed, what_doctor_prints);
  if (!report) return std::unexpected(std::move(report).error());
  Doctor doctor(loop, options, std::move(*report));
  const auto driven = drive(loop, doctor.run(), {.ended = [] {}, .last_words = [] {}}, log);
  if (!driven) return std::unexpected(driven.error());
  return doctor.exit_status(log);
}

}  // namespace

int doctor(DoctorOptions options) {
  return run_command({}, [&options](asio::io_context& loop, ClosedStreams closed, Log& log) {
    return run_doctor(loop, options, closed, log.lines());
  });
}

}  // namespace smolfleet::cli
