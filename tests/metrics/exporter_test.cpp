// The ways out of the process, with a clock that jumps.
#include "smolfleet/metrics/exporter.hpp"

#include "smolfleet/core/scope.hpp"
#include "smolfleet/metrics/page.hpp"

#include "../support/loopback.hpp"
#include "../support/manual_clock.hpp"
#include "../support/program.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

using namespace smolfleet;
using namespace std::chrono_literals;

namespace {

/// Runs an exporter for so long, and counts what it does.
struct Trial {
  test::ManualClock clock;
  int texts = 0;
  std::vector<std::string> faults;

  /// `meanwhile` is called in the middle of the time.
  void run(const metrics::Target& target, std::chrono::seconds time,
           const std::function<void()>& meanwhile) {
    auto task = [&]() -> core::Awaitable<void> {
      const auto exporter = metrics::open_exporter(target).value();
      core::Scope scope(co_await core::this_coro::executor);
      scope.spawn(exporter->run(
          {.clock = clock,
           .text = [this] { return std::to_string(++texts); },
           .on_fault = [this](const std::string& fault) { faults.push_back(fault); }}));
      co_await clock.sleep_until(clock.now() + time / 2);
      meanwhile();
      co_await clock.sleep_until(clock.now() + time / 2);
      scope.cancel();
      co_await scope.join();
    };
    test::run_on_clock(clock, task);
  }
};

}  // namespace

TEST_SUITE("metrics") {
  TEST_CASE("a file is written at once, every five seconds, and at the end") {
    const test::TempDir directory;
    Trial trial;
    trial.run(directory.path("m.prom"), 22s, [&] { CHECK(directory.read("m.prom") == "3"); });
    CHECK(trial.texts == 6);
    CHECK(directory.read("m.prom") == "6");
    CHECK(trial.faults.empty());
  }

  TEST_CASE("a file that cannot be written any more is said once, and tried again") {
    const test::TempDir directory;
    const auto folder = directory.path("folder");
    std::filesystem::create_directory(folder);
    Trial trial;
    trial.run(folder + "/m.prom", 42s, [&] { std::filesystem::remove_all(folder); });
    CHECK(trial.faults.size() == 1);
    CHECK(trial.faults.at(0).find(folder + "/m.prom: No such file") != std::string::npos);
    CHECK(trial.texts == 10);
  }

  TEST_CASE("an address in use is said, with what to do") {
    const auto first = metrics::listen_on({.host = "127.0.0.1", .port = 0});
    REQUIRE(first);
    const auto port = test::port_in(first->url);
    CHECK(first->url == "http://127.0.0.1:" + std::to_string(port) + "/metrics");
    const auto second =
        metrics::open_exporter(metrics::Loopback{.host = "127.0.0.1", .port = port});
    REQUIRE_FALSE(second);
    CHECK(second.error().find("another port") != std::string::npos);
  }
}
