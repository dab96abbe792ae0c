// Taking down what an interrupted run has left.
#include "smolfleet/fleet/recovery.hpp"

#include "smolfleet/bringup/teardown.hpp"
#include "smolfleet/core/gate.hpp"
#include "smolfleet/core/scope.hpp"
#include "smolfleet/driver/machines.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <optional>
#include <utility>

namespace smolfleet::fleet {
namespace {

using core::Awaitable;
using core::Failure;
using journal::Leftover;

class Recovering {
 public:
  Recovering(core::Executor executor, std::size_t width, bringup::Tools& tools)
      : width_(std::move(executor), width), tools_(tools) {
    tools_.on_phase = {};  // an event is about a line of the feed
  }

  Awaitable<Recovery> run(std::vector<Leftover> guests) {
    const auto can = co_await tools_.host.capabilities(core::never);
    if (!can) co_return all_left(guests, can.error());
    const auto machines = co_await bringup::list_machines(tools_);
    if (!machines) co_return all_left(guests, machines.error());
    auto body = [&](core::Scope& scope) {
      return take_down_ours(scope, guests, *machines, can->create_label);
    };
    co_await core::with_scope(body);
    co_return std::move(recovery_);
  }

 private:
  Awaitable<void> take_down_ours(core::Scope& scope, const std::vector<Leftover>& guests,
                                 const driver::Machines& machines, bool has_labels) {
    for (const auto& guest : guests) {
      if (!machines.contains(guest.target)) recovery_.unlisted.insert(guest.target);
      if (is_ours(guest, machines, has_labels)) {
        scope.spawn(take_down(guest));
      } else {
        recovery_.gone.insert(guest.target);
      }
    }
    co_return;
  }

  bool is_ours(const Leftover& guest, const driver::Machines& machines, bool has_labels) const {
    const auto found = machines.find(guest.target);
    const driver::Creator creator{.run = tools_.smolvm.run_id(),
                                  .plan = guest.plan,
                                  .line = guest.line,
                                  .not_before = guest.admitted};
    return found != machines.end() && driver::was_created_by(found->second, creator, has_labels);
  }

  Awaitable<void> take_down(Leftover guest) {
    const auto place = co_await width_.enter();
    const bringup::Subject subject{.line = 0, .id = guest.plan, .target = guest.target};
    std::vector<results::Phase> phases;
    std::optional<Failure> failure;
    if (place) {
      failure = co_await bringup::take_down(subject, bringup::OnFailure::remove, tools_.clock.now(),
                                            tools_, phases);
    } else {
      failure = not_reached(guest);
    }
    if (failure) {
      recovery_.left_behind.emplace(guest.target, std::move(*failure));
    } else {
      recovery_.gone.insert(guest.target);
    }
  }

  static Failure not_reached(const Leftover& guest) {
    Failure failure;
    failure.code = core::FailureCode::cancelled;
    failure.message = fmt::format("cancelled before {} was taken down", guest.target);
    return failure;
  }

  static Recovery all_left(const std::vector<Leftover>& guests, const Failure& failure) {
    Recovery recovery;
    for (const auto& guest : guests)
      recovery.left_behind.emplace(guest.target, failure);
    return recovery;
  }

  core::Gate width_;
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
