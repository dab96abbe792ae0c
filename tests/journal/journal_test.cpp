// The file and the thread that syncs it.
#include "smolfleet/journal/journal.hpp"

#include "smolfleet/core/scope.hpp"

#include "../support/loop.hpp"
#include "../support/program.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace smolfleet;
using core::Awaitable;
using journal::Journal;
using test::TempDir;

namespace {

journal::Opened open(const TempDir& directory) {
  return journal::open_journal({.path = directory.path("j"), .run = "r"}).value();
}

Awaitable<void> record_one(Journal& journal, int number, std::vector<bool>& outcomes) {
  // As in a run that is cancelled: it is written all the same.
  const bool written = co_await journal.record("line " + std::to_string(number) + "\n");
  outcomes.push_back(written);
}

/// Records many lines at the same time, cancelled or not.
std::vector<bool> record_many(journal::Opened opened, int many, bool cancel, int& broken) {
  std::vector<bool> outcomes;
  test::run_loop([&]() -> Awaitable<void> {
    const auto executor = co_await core::this_coro::executor;
    Journal journal(executor, std::move(opened), [&] { ++broken; });
    auto body = [&](core::Scope& scope) -> Awaitable<void> {
      for (int i = 0; i < many; ++i)
        scope.spawn(record_one(journal, i, outcomes));
      if (cancel) scope.cancel();
      return scope.join();
    };
    co_await core::with_scope(body);
    CHECK(journal.fault().has_value() == (broken > 0));
  });
  return outcomes;
}

}  // namespace

TEST_SUITE("journal") {
  TEST_CASE("records that come at the same time are all on the disk, in order") {
    for (const bool cancel : {false, true}) {
      const TempDir directory;
      int broken = 0;
      const auto outcomes = record_many(open(directory), 200, cancel, broken);
      CHECK(outcomes == std::vector<bool>(200, true));
      CHECK(broken == 0);
      const auto lines = test::lines_of(directory.read("j"));
      REQUIRE(lines.size() == 201);
      for (std::size_t i = 0; i < 200; ++i)
        CHECK(lines[i + 1] == "line " + std::to_string(i));
    }
  }

  TEST_CASE("a disk that takes nothing breaks the journal once, and nothing counts as written") {
    const TempDir directory;
    auto opened = open(directory);
    opened.fd = core::UniqueFd(::open("/dev/full", O_RDWR | O_CLOEXEC));
    int broken = 0;
    const auto outcomes = record_many(std::move(opened), 50, false, broken);
    CHECK(outcomes == std::vector<bool>(50, false));
    CHECK(broken == 1);
  }

  TEST_CASE("a recorded result is read back from its place") {
    const TempDir directory;
    test::run_loop([&]() -> Awaitable<void> {
      const auto executor = co_await core::this_coro::executor;
      const Journal journal(executor, open(directory), [] {});
      const auto begun = directory.read("j");
      CHECK(journal.result_at({.offset = 2, .size = 6}).value() == begun.substr(2, 6));
      CHECK_FALSE(journal.result_at({.offset = 2, .size = begun.size()}));
    });
  }
}
