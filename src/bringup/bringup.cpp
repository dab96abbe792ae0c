// The story of one guest, in the order of the spec's table (§5).
#include "smolfleet/bringup/bringup.hpp"

#include "smolfleet/driver/classify.hpp"
#include "smolfleet/plan/ca_choice.hpp"

#include "bringup/phase_run.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <utility>
#include <variant>

namespace smolfleet::bringup {
namespace {

using core::Awaitable;
using core::Failure;
using core::FailureCode;
using core::TimePoint;
using driver::Verb;
using MaybeFailure = std::optional<Failure>;

results::Ca as_result(const ca::StagedCa& ca) {
  return {.label = std::string(plan::to_string(ca.label)),
          .fingerprint_sha256 = ca.certificate.fingerprint,
          .subject = ca.certificate.subject,
          .not_after = ca.certificate.not_after};
}

/// Why a guest's turn to `phase` never came.
Failure no_turn(core::Interruption why, const std::string& phase, const std::string& target,
                std::string_view limit, std::string_view otherwise) {
  const bool late = why == core::Interruption::deadline;
  Failure failure;
  failure.code = late ? FailureCode::timeout : FailureCode::cancelled;
  failure.phase = phase;
  failure.message =
      late ? fmt::format("{} was reached while {} waited for its turn to {}", limit, target, phase)
           : fmt::format("cancelled while {} waited for its turn to {}", target, phase);
  if (late) failure.hint = fmt::format("Raise {}, or {}.", limit, otherwise);
  return failure;
}

/// Tells the host's turns how the attempts of one start end.
class StartAttempts final : public Attempts {
 public:
  explicit StartAttempts(admission::BootTurns::Turn& turn) : turn_(turn) {}

  void ended(driver::Verdict verdict, const process::Outcome& outcome) override {
    turn_.attempt_ended(meaning_of(verdict, outcome));
  }
  Awaitable<bool> may_repeat(TimePoint until) override { return turn_.renew(until); }

 private:
  static admission::StartEnd meaning_of(driver::Verdict verdict, const process::Outcome& outcome) {
    if (verdict == driver::Verdict::done) return admission::StartEnd::succeeded;
    const bool timed_out = std::holds_alternative<process::TimedOut>(outcome.end);
    return timed_out || verdict == driver::Verdict::retry_start ? admission::StartEnd::overloaded
                                                                : admission::StartEnd::other;
  }

  admission::BootTurns::Turn& turn_;
};

class BringUp {
 public:
  BringUp(const plan::Plan& plan, Past past, Frame frame, Services& services, Report& report)
      : plan_(plan),
        past_(past),
        subject_(subject_of(plan)),
        frame_(frame),
        services_(services),
        report_(report) {}

  Awaitable<MaybeFailure> run() {
    constexpr std::array story = {&BringUp::check_ca, &BringUp::check_smolvm, &BringUp::create,
                                  &BringUp::start,    &BringUp::copy_ca,      &BringUp::install_ca,
                                  &BringUp::steps};
    for (const auto chapter : story) {
      auto failure = co_await (this->*chapter)();
      if (failure) co_return failure;
    }
    co_return std::nullopt;
  }

 private:
  Awaitable<MaybeFailure> check_ca() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto staged = services_.staging.stage(plan::choose_ca(plan_), now);
    if (!staged) co_return std::move(staged).error();
    ca_ = std::move(*staged);
    report_.ca = as_result(ca_);
    co_return std::nullopt;
  }

  Awaitable<MaybeFailure> check_smolvm() {
    auto can = co_await services_.tools.host.capabilities(frame_.until);
    if (!can) co_return std::move(can).error();
    can_ = *can;
    const bool too_old = can_.version && *can_.version < driver::oldest_for_machines;
    if (plan_.machine && too_old) co_return unsupported();
    co_return std::nullopt;
  }

  Awaitable<MaybeFailure> create() {
    if (!plan_.machine) co_return std::nullopt;
    const auto turn = co_await services_.tools.host.enter_create(frame_.until);
    if (!turn)
      co_return no_turn(turn.error(), "create", plan_.target, frame_.limit,
                        "raise --create-slots if smolvm's database bears it");
    if (services_.tools.host.unfit()) co_return host_unfit("create");
    report_.create_begun = std::chrono::system_clock::now();
    report_.created = Created::perhaps;
    report_.is_of_earlier_part = past_ == Past::interrupted;
    auto failure = co_await phase("create", past_ == Past::none ? Verb::create : Verb::create_again,
                                  services_.tools.smolvm.create(plan_, can_));
    report_.created = created_by(failure);
    co_return failure;
  }

  [[nodiscard]] Created created_by(const MaybeFailure& failure) const {
    if (!failure) return Created::yes;
    const bool had_child = !report_.phases.empty();
    // A name that is taken may have been taken by the create that was killed with an earlier run.
    const bool may_have = past_ == Past::interrupted || driver::may_have_created(*failure);
    return had_child && may_have ? Created::perhaps : Created::no;
  }

  Awaitable<MaybeFailure> start() {
    if (!plan_.machine) co_return std::nullopt;
    auto turn = co_await services_.tools.host.enter_boot(frame_.until);
    if (!turn)
      co_return no_turn(turn.error(), "start", plan_.target, frame_.limit,
                        "raise --boot-slots if the host bears it");
    if (services_.tools.host.unfit()) co_return host_unfit("start");
    StartAttempts attempts(*turn);
    PhaseWork work{.calls = {}, .raise_limit = "--deadline start=SECONDS", .attempts = &attempts};
    work.calls.push_back({Verb::start, services_.tools.smolvm.start(plan_.target)});
    auto failure = co_await phase("start", std::move(work));
    const bool interrupted = failure && failure->code == FailureCode::cancelled;
    if (!interrupted) services_.tools.host.start_ended(failure);
    co_return failure;
  }

  Awaitable<MaybeFailure> copy_ca() {
    return phase("copy_ca", Verb::copy_ca, services_.tools.smolvm.copy_ca(plan_.target, ca_.file));
  }

  Awaitable<MaybeFailure> install_ca() {
    auto failure = co_await phase("install_ca", Verb::install_ca,
                                  services_.tools.smolvm.install_ca(plan_.target, can_));
    if (!failure) services_.on_installed(plan_, *report_.ca);
    co_return failure;
  }

  Awaitable<MaybeFailure> steps() {
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      auto failure = co_await step(plan_.steps[i], fmt::format("step[{}]", i));
      if (failure) co_return failure;
    }
    co_return std::nullopt;
  }

  Awaitable<MaybeFailure> step(const plan::Step& step, std::string name) {
    std::filesystem::path source;
    if (const auto* copy = std::get_if<plan::CopyStep>(&step.action)) {
      auto reachable = services_.staging.reachable(copy->from);
      if (!reachable) co_return step_failure(name, std::move(reachable).error());
      source = std::move(*reachable);
    }
    PhaseWork work{
        .calls = services_.tools.smolvm.step(plan_.target, step, source, can_),
        .raise_limit = step.timeout ? "the step's timeout_s" : "--deadline step=SECONDS"};
    co_return co_await phase(std::move(name), std::move(work));
  }

  // These two only pass on what they are given: as coroutines, each would keep a frame of its own
  // for as long as the phase lasts.
  Awaitable<MaybeFailure> phase(std::string name, Verb verb, process::Command command) {
    PhaseWork work{.calls = {}, .raise_limit = fmt::format("--deadline {}=SECONDS", name)};
    work.calls.push_back({verb, std::move(command)});
    return phase(std::move(name), std::move(work));
  }

  Awaitable<MaybeFailure> phase(std::string name, PhaseWork work) {
    return record_phase(std::move(name), std::move(work), subject_, frame_, services_.tools,
                        report_.phases);
  }

  [[nodiscard]] Failure host_unfit(const std::string& phase) const {
    const auto& first = *services_.tools.host.unfit();
    Failure failure;  // without what that other guest's command printed
    failure.code = first.code;
    failure.phase = phase;
    failure.message = fmt::format("{} was not tried, no guest can start on this host: {}",
                                  plan_.target, first.message);
    failure.hint = first.hint;
    return failure;
  }

  [[nodiscard]] Failure unsupported() const {
    Failure failure;
    failure.code = FailureCode::smolvm_unsupported;
    failure.message = fmt::format("smolvm {} cannot be driven to create machines",
                                  driver::to_string(*can_.version));
    failure.hint = fmt::format(
        "Install smolvm {} or newer, or create {} yourself and leave `machine` out of the plan.",
        driver::to_string(driver::oldest_for_machines), plan_.target);
    return failure;
  }

  static Failure step_failure(const std::string& name, std::string message) {
    Failure failure;
    failure.code = FailureCode::step_failed;
    failure.phase = name;
    failure.message = std::move(message);
    return failure;
  }

  const plan::Plan& plan_;
  Past past_;
  results::Subject subject_;
  Frame frame_;
  Services& services_;
  Report& report_;
  ca::StagedCa ca_;
  driver::Capabilities can_;
};

}  // namespace

results::Subject subject_of(const plan::Plan& plan) {
  return {.line = plan.line, .id = plan.id, .target = plan.target};
}

Awaitable<void> bring_up(const plan::Plan& plan, Past past, TimePoint admitted, TimePoint until,
                         Services& services, Report& report) {
  const bool is_own = plan.timeout && until == admitted + *plan.timeout;
  const Frame frame{.admitted = admitted,
                    .until = until,
                    .limit = is_own ? "the plan's timeout_s" : "the run's --timeout"};
  BringUp guest(plan, past, frame, services, report);
  report.failure = co_await guest.run();
}

}  // namespace smolfleet::bringup
