// The fleet's own failures.
#include "fleet/reasons.hpp"

#include <fmt/format.h>

namespace smolfleet::fleet {

using core::Failure;
using core::FailureCode;

Failure internal_failure(const plan::Plan& plan) {
  Failure failure;
  failure.code = FailureCode::spawn_failed;
  failure.message = fmt::format("smolfleet itself failed while it brought up {}", plan.target);
  failure.hint = "Out of memory, or a bug: see the log, lower --jobs, and report it if it stays.";
  return failure;
}

plan::Rejection too_long(const core::Line& line) {
  plan::Rejection rejection{.line = line.number, .id = {}, .target = {}, .failure = {}};
  rejection.failure.code = FailureCode::invalid_plan;
  rejection.failure.message = fmt::format("the line is longer than {} bytes", longest_line);
  rejection.failure.hint = "Split the plan, or move bulky content into files that its steps copy.";
  return rejection;
}

plan::Rejection duplicate(const plan::Plan& plan) {
  plan::Rejection rejection{.line = plan.line, .id = plan.id, .target = plan.target, .failure = {}};
  rejection.failure.code = FailureCode::duplicate_target;
  rejection.failure.message =
      fmt::format("/target: {} is in flight already, from an earlier line", plan.target);
  rejection.failure.hint = "Send the plan again after the first one's result.";
  return rejection;
}

Failure unrecorded(const plan::Plan& plan) {
  Failure failure;
  failure.code = FailureCode::cancelled;
  failure.message = fmt::format(
      "{} was given up, because the journal could not be written: after a crash nobody would know "
      "of it",
      plan.target);
  failure.hint = "See to the journal's disk, then run again with --resume.";
  return failure;
}

Failure unreadable(const plan::Plan& plan, std::error_code error) {
  Failure failure;
  failure.code = FailureCode::cancelled;
  failure.message = fmt::format("the answer for {} is in the journal and cannot be read: {}",
                                plan.target, error.message());
  failure.hint = "See to the journal's disk, then run again with --resume.";
  return failure;
}

Failure still_there(const plan::Plan& plan, const Failure& why) {
  Failure failure;
  if (why.code == FailureCode::cancelled) {
    failure.code = FailureCode::cancelled;
    failure.message = fmt::format(
        "{} was not created: what the interrupted run has left of it was not taken down: {}",
        plan.target, why.message);
    failure.hint = "Run again with --resume.";
    return failure;
  }
  failure.code = FailureCode::create_failed;
  failure.message = fmt::format(
      "{} was not created: the interrupted run has left a guest of that name that would not go: {}",
      plan.target, why.message);
  failure.hint =
      "Remove it with `smolfleet down`, then run again with --resume and --retry-failed.";
  return failure;
}

Failure too_large_for_host(const plan::Plan& plan, std::uint64_t mib) {
  Failure failure;
  failure.code = FailureCode::host_unfit;
  failure.message = fmt::format(
      "{} was not tried: its {} MiB and --memory-reserve are more than the memory of this host",
      plan.target, mib);
  failure.hint = "Lower the machine's memory_mib or --memory-reserve, or use a larger host.";
  return failure;
}

Failure not_started(bool timed_out) {
  Failure failure;
  failure.code = timed_out ? FailureCode::timeout : FailureCode::cancelled;
  failure.message = "the plan was read and not started, because the run was ended";
  failure.hint = "Send it again in the next run.";
  return failure;
}

Failure internal_failure(const Claim& claim) {
  Failure failure;
  failure.code = FailureCode::spawn_failed;
  failure.message =
      fmt::format("smolfleet itself failed while it took {} down", claim.target.value_or(""));
  failure.hint = "Out of memory, or a bug: see the log, lower --jobs, and report it if it stays.";
  return failure;
}

Failure not_begun(const Claim& claim) {
  Failure failure;
  failure.code = FailureCode::cancelled;
  failure.message = fmt::format("{} was not looked at, because the run was ended",
                                claim.target.value_or("the line"));
  failure.hint = "Name it again in the next run.";
  return failure;
}

Failure not_ours(const Claim& claim, const std::string& reason) {
  Failure failure;
  failure.code = FailureCode::not_ours;
  failure.message = reason;
  if (claim.target) {
    failure.hint =
        "If it is to go all the same: `smolvm machine stop --name NAME`, then `smolvm machine "
        "delete -f --name NAME`.";
  }
  return failure;
}

Failure too_old(const driver::Version& version) {
  Failure failure;
  failure.code = FailureCode::smolvm_unsupported;
  failure.message =
      fmt::format("smolvm {} cannot be driven to remove machines", driver::to_string(version));
  failure.hint =
      fmt::format("Install smolvm {} or newer.", driver::to_string(driver::oldest_for_machines));
  return failure;
}

Failure no_labels(const driver::Version& version) {
  Failure failure;
  failure.code = FailureCode::smolvm_unsupported;
  failure.message = fmt::format(
      "--run cannot tell which guests are of the run: smolvm {} has no labels (its `machine "
      "create` knows no --label)",
      driver::to_string(version));
  failure.hint = "Feed the plans or the results of the run instead: they name the guests.";
  return failure;
}

}  // namespace smolfleet::fleet
