// Reaping what others have left to us.
#include "smolfleet/process/orphans.hpp"

#include "smolfleet/core/clock.hpp"
#include "smolfleet/core/scope.hpp"
#include "smolfleet/process/runner.hpp"

#include "../support/leftovers.hpp"
#include "../support/loop.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace smolfleet;
using core::Awaitable;
using namespace std::chrono_literals;

namespace {

/// This process as a container's first one: orphans below it become its children.
class Subreaper {
 public:
  Subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
  Subreaper(const Subreaper&) = delete;
  Subreaper& operator=(const Subreaper&) = delete;
  ~Subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
};

/// A shell that leaves an orphan behind, which ends at some time, and exits with `code`.
Awaitable<void> run_parent(process::Runner& runner, int code, std::vector<int>& codes) {
  process::Command command;
  command.argv = {"/bin/sh", "-c", fmt::format("(:) & (: | cat) & exit {}", code)};
  command.environment = process::inherited_environment({}, {});
  const auto outcome = co_await runner.run(std::move(command));
  const auto* exited = std::get_if<process::Exited>(&outcome.end);
  codes.push_back(exited == nullptr ? -1 : exited->code);
}

Awaitable<void> run_parents(core::Scope& scope, process::Runner& runner, int many,
                            std::vector<int>& codes) {
  for (int i = 0; i < many; ++i)
    scope.spawn(run_parent(runner, i, codes));
  co_return;
}

}  // namespace

TEST_SUITE("process") {
  TEST_CASE("orphans are reaped, and the runner's own children keep their exit codes") {
    const Subreaper subreaper;
    constexpr int many = 40;
    std::vector<int> codes;
    test::run_loop([&]() -> Awaitable<void> {
      const auto executor = co_await core::this_coro::executor;
      process::Runner runner(executor);
      process::Orphans orphans(executor, runner);
      orphans.listen();
      auto body = [&](core::Scope& scope) { return run_parents(scope, runner, many, codes); };
      co_await core::with_scope(body);
      core::SteadyClock clock;
      while (!test::no_children_left())
        co_await clock.sleep_until(clock.now() + 1ms);
      orphans.stop();
    });
    std::ranges::sort(codes);
    REQUIRE(codes.size() == many);
    for (int i = 0; i < many; ++i)
      CHECK(codes[static_cast<std::size_t>(i)] == i);
  }
}
