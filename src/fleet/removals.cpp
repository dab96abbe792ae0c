// The wiring of `down`: one loop that reads, one task per guest, one answer for each.
#include "smolfleet/fleet/removals.hpp"

#include "smolfleet/bringup/teardown.hpp"

#include "fleet/reasons.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <chrono>
#include <exception>
#include <tuple>
#include <utility>

namespace smolfleet::fleet {
namespace {

using core::Awaitable;
using core::Failure;
using core::TimePoint;
using results::Removal;
using results::RemovalStatus;

/// How old the list may be by which a guest is taken down. Somebody may replace a machine of ours
/// by their own of the same name while we run; within seconds nobody does.
constexpr std::chrono::seconds trusted_for(10);

Removal answer_to(const Claim& claim) {
  Removal removal;
  removal.target = claim.target;
  removal.id = claim.id;
  removal.line = claim.line;
  removal.run = claim.run;
  return removal;
}

/// A delete that is done without exit 0 has found nothing to delete.
RemovalStatus status_after(const std::vector<results::Phase>& phases) {
  const bool deleted = !phases.empty() && phases.back().exit_code == 0;
  return deleted ? RemovalStatus::removed : RemovalStatus::gone;
}

}  // namespace

Removals::Removals(const core::Executor& executor, RemovalOptions options, Feed* feed,
                   results::Writer& writer, bringup::Tools& tools, spdlog::logger& log)
    : options_(std::move(options)),
      law_{.only_run = options_.run},
      feed_(feed),
      writer_(writer),
      tools_(tools),
      log_(log),
      jobs_(executor, options_.jobs),
      turns_(executor),
      census_(executor, tools),
      scope_(executor) {}

Awaitable<RemovalSummary> Removals::run() {
  std::exception_ptr error;
  try {
    co_await scope_.run(take_claims());
  } catch (...) {
    error = std::current_exception();
  }
  co_await writer_.flush();
  if (error) std::rethrow_exception(error);
  co_return summary_;
}

void Removals::drain() {
  drained_ = true;
  if (feed_ != nullptr) feed_->stop();
}

void Removals::cancel() {
  drain();
  scope_.cancel();
}

void Removals::leave() {
  cancel();
  tools_.runner.hurry();
  writer_.hurry();
  scope_.abandon();
}

Awaitable<void> Removals::take_claims() {
  const bool ready = co_await prepare();
  if (!ready) co_return;
  if (feed_ != nullptr) {
    co_await take_from_feed();
  } else {
    co_await take_from_list();
  }
}

/// Whether smolvm can be driven and has shown its machines. Nothing is read before.
Awaitable<bool> Removals::prepare() {
  auto can = co_await tools_.host.capabilities(core::never);
  if (!can) {
    summary_.unable = std::move(can).error();
    co_return false;
  }
  law_.has_labels = can->create_label;
  summary_.unable = unfit(*can);
  if (summary_.unable) co_return false;
  if (!law_.has_labels)
    log_.warn("smolvm {} has no labels: whose a guest is tells nothing but its name",
              driver::to_string(*can->version));
  summary_.unable = co_await census_.refresh(tools_.clock.now());
  co_return !summary_.unable;
}

std::optional<Failure> Removals::unfit(const driver::Capabilities& can) const {
  if (*can.version < driver::oldest_for_machines) return too_old(*can.version);
  if (!options_.run.empty() && !can.create_label) return no_labels(*can.version);
  return std::nullopt;
}

/// Reads a line only when there is a place for its guest: the pipe is the queue.
Awaitable<void> Removals::take_from_feed() {
  while (true) {
    auto place = co_await jobs_.enter();
    if (!place) break;
    auto line = co_await feed_->next();
    if (!line) summary_.feed_fault = line.error();
    if (!line || !*line) break;
    auto claim = read_claim(**line);
    if (!claim) {
      co_await reject(std::move(claim).error());
    } else if (*claim) {
      scope_.spawn(remove(std::move(**claim), std::move(*place)));
    }
  }
  co_await answer_unstarted();
}

/// The list is read as a feed would be.
Awaitable<void> Removals::take_from_list() {
  auto claims = claims_of_run(census_.machines(), options_.run);
  if (claims.empty()) log_.info("smolvm knows no guest of run {}", options_.run);
  for (auto& claim : claims) {
    auto place = co_await jobs_.enter();
    if (!place || drained_) {
      co_await answer_unbegun(claim);
    } else {
      scope_.spawn(remove(std::move(claim), std::move(*place)));
    }
  }
}

/// Lines that were read along with others before the run was ended are in no pipe any more: nobody
/// but us can answer them.
Awaitable<void> Removals::answer_unstarted() {
  while (auto line = feed_->take_unasked()) {
    auto claim = read_claim(*line);
    if (!claim) {
      co_await reject(std::move(claim).error());
    } else if (*claim) {
      co_await answer_unbegun(**claim);
    }
  }
}

Awaitable<void> Removals::reject(plan::Rejection rejection) {
  Removal removal;
  removal.target = std::move(rejection.target);
  removal.id = std::move(rejection.id);
  removal.line = rejection.line;
  removal.failure = std::move(rejection.failure);
  co_await answer(std::move(removal));
}

Awaitable<void> Removals::answer_unbegun(const Claim& claim) {
  auto removal = answer_to(claim);
  removal.failure = not_begun(claim);
  co_await answer(std::move(removal));
}

/// Keeps its place until the answer is on its way: a slow reader holds up the feed, not our memory.
Awaitable<void> Removals::remove(Claim claim, [[maybe_unused]] Place place) {
  const auto admitted = tools_.clock.now();
  auto removal = answer_to(claim);
  co_await guarded_take_down(claim, admitted, removal);
  // An answer is given in any case, unless somebody wants to leave at once.
  std::ignore = co_await core::shield();
  removal.duration = tools_.clock.now() - admitted;
  co_await answer(std::move(removal));
}

Awaitable<void> Removals::guarded_take_down(const Claim& claim, TimePoint admitted,
                                            Removal& removal) {
  try {
    co_await take_down(claim, admitted, removal);
  } catch (const std::exception& exception) {
    log_.error("{}: internal failure: {}", claim.target.value_or("(no target)"), exception.what());
    removal.failure = internal_failure(claim);
  }
}

Awaitable<void> Removals::take_down(const Claim& claim, TimePoint admitted, Removal& removal) {
  if (const auto reason = objection(claim, law_)) {
    removal.failure = not_ours(claim, *reason);
    co_return;
  }
  const auto turn = co_await turns_.enter(*claim.target);
  if (!turn) {
    removal.failure = not_begun(claim);
    co_return;
  }
  auto judgement = co_await look_up(claim, admitted);
  if (!judgement) {
    removal.failure = std::move(judgement).error();
    co_return;
  }
  removal.run = std::move(judgement->run);
  removal.status = RemovalStatus::gone;
  if (judgement->standing == Standing::not_ours)
    removal.failure = not_ours(claim, judgement->reason);
  if (judgement->standing == Standing::ours) co_await take_down_ours(claim, admitted, removal);
}

Awaitable<void> Removals::take_down_ours(const Claim& claim, TimePoint admitted, Removal& removal) {
  const results::Subject guest{.line = claim.line.value_or(0),
                               .id = claim.id.value_or(std::string()),
                               .target = *claim.target};
  log_.debug("{} is taken down", guest.target);
  removal.failure = co_await bringup::take_down(guest, bringup::OnFailure::remove, admitted, tools_,
                                                removal.phases);
  removal.status = status_after(removal.phases);
  if (!removal.failure) census_.forget(guest.target);
}

/// A guest that the list does not show, or not as ours, may have come after it: `up` may be writing
/// these lines right now. A guest that is to be taken down is looked at again now and then.
Awaitable<std::expected<Judgement, Failure>> Removals::look_up(const Claim& claim,
                                                               TimePoint admitted) {
  auto judgement = judge(claim, census_.machines(), law_);
  const bool ours = judgement.standing == Standing::ours;
  const auto since = ours ? tools_.clock.now() - trusted_for : admitted;
  auto failure = co_await census_.refresh(since);
  if (failure) co_return std::unexpected(std::move(*failure));
  co_return judge(claim, census_.machines(), law_);
}

Awaitable<void> Removals::answer(Removal removal) {
  if (removal.failure) removal.status = results::status_of(*removal.failure);
  note(removal);
  log_answer(removal);
  const auto line = results::to_line(removal);
  co_await writer_.write(line);
}

void Removals::note(const Removal& removal) {
  ++summary_.answers[static_cast<std::size_t>(removal.status)];
  const bool remains =
      removal.status == RemovalStatus::failed || removal.status == RemovalStatus::cancelled;
  if (!remains || !removal.target) return;
  ++summary_.remaining;
  if (summary_.remaining_names.size() < most_remaining_names)
    summary_.remaining_names.push_back(*removal.target);
}

void Removals::log_answer(const Removal& removal) {
  const auto target = removal.target.value_or("(no target)");
  const auto who = removal.line ? fmt::format("line {}: {}", *removal.line, target) : target;
  const auto status = results::to_string(removal.status);
  if (!removal.failure) return log_.debug("{} {}", who, status);
  const bool harmless = removal.status == RemovalStatus::skipped;
  log_.log(harmless ? spdlog::level::info : spdlog::level::warn, "{} {}: {}", who, status,
           removal.failure->message);
}

}  // namespace smolfleet::fleet
