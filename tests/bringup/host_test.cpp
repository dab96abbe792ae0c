// What a run knows of smolvm: asked once, and again when there was no answer.
#include "smolfleet/bringup/host.hpp"

#include "../support/loop.hpp"
#include "../support/program.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>

using namespace smolfleet;
using core::Awaitable;
using core::FailureCode;
using namespace std::chrono_literals;

namespace {

/// A smolvm that is not there until somebody installs it.
class Smolvm {
 public:
  [[nodiscard]] driver::Settings settings() const {
    driver::Settings settings;
    settings.executable = directory_.path("smolvm");
    settings.run_id = "r";
    return settings;
  }

  void install(const std::string& script) const {
    namespace fs = std::filesystem;
    fs::permissions(directory_.write("smolvm", "#!/bin/sh\n" + script), fs::perms::owner_all);
  }

 private:
  test::TempDir directory_;
};

/// Goes on when it is told to; nobody sleeps by it here.
class SetClock final : public core::Clock {
 public:
  [[nodiscard]] core::TimePoint now() const override { return now_; }
  Awaitable<void> sleep_until(core::TimePoint /*until*/) override { co_return; }
  void advance(std::chrono::seconds by) { now_ += by; }

 private:
  core::TimePoint now_{};
};

}  // namespace

TEST_SUITE("bringup") {
  TEST_CASE("that smolvm could not be run is so for a while, that it is none for the whole run") {
    const Smolvm program;
    const driver::Smolvm smolvm(program.settings());
    auto task = [&]() -> Awaitable<void> {
      const auto executor = co_await core::this_coro::executor;
      process::Runner runner(executor);
      SetClock clock;
      bringup::Host host(executor, smolvm, runner, clock, {});
      const auto missing = co_await host.capabilities(core::never);
      CHECK(missing.error().code == FailureCode::spawn_failed);
      program.install("echo true 9.1\n");
      const auto still_missing = co_await host.capabilities(core::never);
      CHECK(still_missing.error().code == FailureCode::spawn_failed);
      clock.advance(5s);
      const auto another = co_await host.capabilities(core::never);
      CHECK(another.error().code == FailureCode::smolvm_unsupported);
      program.install("echo smolvm 1.9.0\n");
      clock.advance(1h);
      const auto still_another = co_await host.capabilities(core::never);
      CHECK(still_another.error().code == FailureCode::smolvm_unsupported);
    };
    test::run_loop(task);
  }
}
