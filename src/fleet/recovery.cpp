// Taking down what an interrupted run has left.
#include "smolfleet/fleet/recovery.hpp"

#include "smolfleet/bringup/teardown.hpp"
#include "smolfleet/core/gate.hpp"
#include "smolfleet/core/scope.hpp"
#include "smolfleet/driver/machines.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace smolfleet::fleet {
namespace {

using core::Awaitable;
using core::Failure;
using journal::Leftover;

class Recovering {
 public:
  Recovering(core::Executor executor, std::size_t width, bringup::Tools& tools)
      : width_(std::move(executor), width),
        tools_{.smolvm = tools.smolvm,
               .runner = tools.runner,
               .host = tools.host,
               .clock = tools.clock,
               .dice = tools.dice,
               .settle = tools.settle,
               .watcher = nobody_} {}

  Awaitable<Recovery> run(std::vector<Leftover> guests) {
    const auto can = co_await tools_.host.capabilities(core::never);
    if (!can) co_return all_left(guests, can.error());
    const auto machines = co_await bringup::list_machines(tools_);
    if (!machines) co_return all_left(guests, machines.error());
    const auto ours = find_ours(guests, *machines, can->create_label);
    auto body = [&](core::Scope& scope) { return take_down_all(scope, ours); };
    co_await core::with_scope(body);
    for (const auto& guest : guests) {
      if (!recovery_.left_behind.contains(guest.target))
        recovery_.gone.emplace(guest.target, guest.line);
    }
    co_return std::move(recovery_);
  }

 private:
  /// By name, of which smolvm has one at most: whose it is, if it is ours.
  std::map<std::string, Leftover> find_ours(const std::vector<Leftover>& guests,
                                            const driver::Machines& machines, bool has_labels) {
    std::map<std::string, Leftover> ours;
    for (const auto& guest : guests) {
      if (!machines.contains(guest.target)) recovery_.unlisted.insert(guest.target);
      if (is_ours(guest, machines, has_labels)) ours.emplace(guest.target, guest);
    }
    return ours;
  }

  Awaitable<void> take_down_all(core::Scope& scope, const std::map<std::string, Leftover>& ours) {
    for (const auto& [target, guest] : ours)
      scope.spawn(take_down(guest));
    co_return;
  }

  bool is_ours(const Leftover& guest, const driver::Machines& machines, bool has_labels) const {
    const auto found = machines.find(guest.target);
    const driver::Creator creator{.run = tools_.smolvm.run_id(),
                                  .plan = guest.plan,
                                  .line = guest.line,
                                  .not_before = guest.admitted,
                                  .name_was_used = guest.name_was_used,
                                  .invocation = guest.invocation};
    return found != machines.end() && driver::was_created_by(found->second, creator, has_labels);
  }

  Awaitable<void> take_down(Leftover guest) {
    const auto place = co_await width_.enter();
    const results::Subject subject{.line = 0, .id = guest.plan, .target = guest.target};
    std::vector<results::Phase> phases;
    std::optional<Failure> failure;
    if (place) {
      failure = co_await bringup::take_down(subject, bringup::OnFailure::remove, tools_.clock.now(),
                                            tools_, phases);
    } else {
      failure = not_looked_at("cancelled before it was taken down");
    }
    if (failure) recovery_.left_behind.emplace(guest.target, std::move(*failure));
  }

  /// Cancelled, and not failed: the next run that resumes looks again.
  static Failure not_looked_at(std::string why) {
    Failure failure;
    failure.code = core::FailureCode::cancelled;
    failure.message = std::move(why);
    return failure;
  }

  static Recovery all_left(const std::vector<Leftover>& guests, const Failure& why) {
    Recovery recovery;
    for (const auto& guest : guests)
      recovery.left_behind.emplace(guest.target, not_looked_at(why.message));
    return recovery;
  }

  core::Gate width_;
  results::Watcher nobody_;  ///< what is watched are lines of the feed
  bringup::Tools tools_;
  Recovery recovery_;
};

}  // namespace

Awaitable<Recovery> recover(std::vector<Leftover> guests, std::size_t width, bringup::Tools& tools,
                            spdlog::logger& log) {
  if (guests.empty()) co_return Recovery();
  log.info("taking down what the interrupted run may have left of {} guests", guests.size());
  Recovering recovering(co_await core::this_coro::executor, width, tools);
  auto recovery = co_await recovering.run(std::move(guests));
  for (const auto& [target, failure] : recovery.left_behind)
    log.error("{} is left behind by the interrupted run: {}", target, failure.message);
  co_return recovery;
}

}  // namespace smolfleet::fleet
