// Init commands and workloads.
#include "verbs/workload.hpp"

#include "sandbox/run_in_guest.hpp"
#include "support/console.hpp"
#include "support/text.hpp"
#include "verbs/environment.hpp"

namespace smolfleet::standin {
namespace {

Result<GuestOutcome> run(const VmProcess& vm, const Record& record, std::vector<std::string> argv,
                         Delivery delivery) {
  auto env = guest_env(record, {});
  if (!env) return std::unexpected(env.error());
  return run_in_guest(vm, {.argv = std::move(argv),
                           .env = *std::move(env),
                           .workdir = record.workdir.value_or("/"),
                           .user = std::nullopt,
                           .timeout = std::nullopt,
                           .delivery = delivery,
                           .grace = std::nullopt});
}

}  // namespace

Result<void> run_init(const VmProcess& vm, const Record& record) {
  for (std::size_t i = 0; i < record.init.size(); ++i) {
    const auto outcome = run(vm, record, {"sh", "-c", record.init[i]}, Delivery::buffered);
    if (!outcome) return std::unexpected(outcome.error());
    const auto& report = outcome->report;
    if (report.kind == Report::Kind::exited && report.value == 0) continue;
    return fail(cat("agent operation failed: init: init[", i, "] failed (exit ", report.value,
                    "): ", outcome->out, outcome->err));
  }
  return {};
}

Result<void> run_workload(const VmProcess& vm, const Record& record) {
  if (record.command.empty()) return {};
  const auto outcome =
      run(vm, record, record.command, record.is_bare() ? Delivery::live : Delivery::detached);
  if (!outcome) return std::unexpected(outcome.error());
  const auto& report = outcome->report;
  if (report.kind == Report::Kind::no_command) {
    return fail(cat("agent operation failed: start background CMD: ", record.command.front(), ": ",
                    os_error(report.value)));
  }
  if (record.is_bare() && report.value != 0) {
    complain(cat("workload exited with code ", report.value, "\n"));
  }
  return {};
}

}  // namespace smolfleet::standin
