// The status block in terminals of all widths.
#include "smolfleet/watch/status.hpp"

#include "fleet_on_paper.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace smolfleet;
using namespace smolfleet::test;
using namespace std::chrono_literals;
using watch::clock_time;
using watch::Outlook;
using watch::status_block;
using watch::Tally;

namespace {

/// 118 ok, 2 failed, 64 in flight: 1 creates, 40 start, 20 install, 3 wait.
void fill(Tally& tally) {
  std::uint64_t line = 0;
  for (int i = 0; i < 118; ++i)
    live(tally, result(++line, 1000));
  for (int i = 0; i < 2; ++i)
    live(tally, failed(result(++line, 1000), core::FailureCode::start_failed, "no"));
  const auto in_phase = [&](const char* name, int count) {
    for (int i = 0; i < count; ++i) {
      tally.admitted(guest(++line));
      if (name != nullptr) tally.phase_begun(guest(line), name);
    }
  };
  in_phase("create", 1);
  in_phase("start", 40);
  in_phase("install_ca", 20);
  in_phase(nullptr, 3);
}

const core::Palette plain(false);

const Outlook halfway{
    .elapsed = 83s, .expected = 500, .is_exact = false, .rate = 2.94, .remaining = 129s};

}  // namespace

TEST_SUITE("watch") {
  TEST_CASE("a wide terminal shows all of it") {
    Tally tally;
    fill(tally);
    CHECK(status_block(tally, halfway, 80, plain) ==
          std::vector<std::string>{"1:23  120 of about 500  118 ok  2 failed  2.9/s  ETA 2:09",
                                   "64 in flight:  waiting 3  create 1  start 40  install_ca 20"});
  }

  TEST_CASE("a run that reads no more says so, and promises nothing") {
    Tally tally;
    fill(tally);
    const Outlook ending{.elapsed = 83s, .is_ending = true};
    CHECK(status_block(tally, ending, 80, plain).front() ==
          "1:23  120 done  118 ok  2 failed  ending");
  }

  TEST_CASE("a narrow one shows what matters most") {
    Tally tally;
    fill(tally);
    CHECK(status_block(tally, halfway, 40, plain) ==
          std::vector<std::string>{"120 of about 500  118 ok  2 failed",
                                   "64 in flight:  start 40  install_ca 20"});
    CHECK(status_block(tally, halfway, 30, plain) ==
          std::vector<std::string>{"120 of about 500  2 failed", "64 in flight:  start 40"});
  }

  TEST_CASE("no line is as wide as the terminal, however narrow that is") {
    Tally tally;
    fill(tally);
    for (std::size_t width = 0; width < 120; ++width) {
      CAPTURE(width);
      for (const auto& line : status_block(tally, halfway, width, plain)) {
        CHECK(line.size() < std::max<std::size_t>(width, 1));
        CHECK_FALSE(line.empty());
      }
    }
  }

  TEST_CASE("colours take no room and end where they began") {
    Tally tally;
    fill(tally);
    const auto bare = status_block(tally, halfway, 60, plain);
    auto coloured = status_block(tally, halfway, 60, core::Palette(true));
    REQUIRE(coloured.size() == bare.size());
    CHECK(coloured[0].find("\x1b[1;31m2 failed\x1b[0m") != std::string::npos);
    for (std::size_t i = 0; i < bare.size(); ++i) {
      std::string text;
      for (std::size_t at = 0; at < coloured[i].size(); ++at) {
        if (coloured[i][at] == '\x1b')
          at = coloured[i].find('m', at);
        else
          text += coloured[i][at];
      }
      CHECK(text == bare[i]);
    }
  }

  TEST_CASE("what nobody knows yet is not shown") {
    const Tally tally;
    CHECK(status_block(tally, Outlook{.elapsed = 0s}, 80, plain) ==
          std::vector<std::string>{"0:00  0 done"});
  }

  TEST_CASE("durations read like a clock") {
    CHECK(clock_time(7s) == "0:07");
    CHECK(clock_time(750s) == "12:30");
    CHECK(clock_time(11045s) == "3:04:05");
    CHECK(clock_time(-3s) == "0:00");
  }
}
