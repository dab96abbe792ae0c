// Asking for the list.
#include "smolfleet/fleet/census.hpp"

#include "smolfleet/bringup/teardown.hpp"

#include <utility>

namespace smolfleet::fleet {

using core::Awaitable;
using core::Failure;

Census::Census(const core::Executor& executor, bringup::Tools& tools)
    : tools_(tools), asking_(executor, 1) {}

Awaitable<std::optional<Failure>> Census::refresh(core::TimePoint since) {
  const auto turn = co_await asking_.enter();
  if (asked_ >= since) co_return fault_;
  // Those who come in the same breath share the answer: a long input needs few lists.
  co_await asio::post(co_await core::this_coro::executor, core::as_value);
  const auto asked = tools_.clock.now();
  auto machines = co_await bringup::list_machines(tools_);
  // Cancelled: who comes without that cancellation asks for themselves.
  const bool cancelled = !machines && machines.error().code == core::FailureCode::cancelled;
  if (cancelled) co_return std::move(machines).error();
  asked_ = asked;
  fault_.reset();
  if (machines) {
    machines_ = std::move(*machines);
  } else {
    fault_ = std::move(machines).error();
  }
  co_return fault_;
}

void Census::forget(std::string_view name) {
  const auto found = machines_.find(name);
  if (found != machines_.end()) machines_.erase(found);
}

}  // namespace smolfleet::fleet
