// The summary's text.
#include "smolfleet/watch/summary.hpp"

#include "fleet_on_paper.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace smolfleet;
using namespace smolfleet::test;
using results::Millis;
using watch::readable;
using watch::Tally;

TEST_SUITE("watch") {
  TEST_CASE("phases, slowest guests and failures are told") {
    Tally tally;
    live(tally, result(1, 1500, {phase("create", 12), phase("start", 1400, 2)}));
    live(tally, failed(result(2, 700, {phase("create", 14), phase("start", 650)}),
                       core::FailureCode::start_failed, "smolvm could not start b2 (exit 1)"));
    CHECK(
        watch::summary(tally) ==
        "  phase         guests       p50       p90       p99   longest  retries\n"
        "  create             2   12.0 ms   14.0 ms   14.0 ms   14.0 ms        0\n"
        "  start              2    651 ms    1.40 s    1.40 s    1.40 s        1\n"
        "  all, if ok         1    1.50 s    1.50 s    1.50 s    1.50 s        1\n"
        "  slowest     line 1: b1, 1.50 s, of which start 1.40 s\n"
        "              line 2: b2, 700 ms, of which start 650 ms\n"
        "  failures    1 start_failed, first in line 2, b2: smolvm could not start b2 (exit 1)\n");
  }

  TEST_CASE("a run without plans has nothing to sum up") {
    CHECK(watch::summary(Tally()).empty());
  }

  TEST_CASE("names and messages cannot steer the terminal") {
    Tally tally;
    auto hostile = failed(result(1, 5), core::FailureCode::step_failed,
                          "\x1b[2Jgone\nnext line" + std::string(5000, 'x'));
    hostile.target = "a\x1b]0;title\x07";
    live(tally, hostile);
    const auto text = watch::summary(tally);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\x07') == std::string::npos);
    CHECK(std::ranges::count(text, '\n') == 2);
    CHECK(text.size() < 600);
  }

  TEST_CASE("durations have three digits and a unit") {
    CHECK(readable(Millis(0)) == "0 us");
    CHECK(readable(Millis(0.74)) == "740 us");
    CHECK(readable(Millis(0.9996)) == "1.0 ms");
    CHECK(readable(Millis(12.34)) == "12.3 ms");
    CHECK(readable(Millis(99.96)) == "100 ms");
    CHECK(readable(Millis(421.4)) == "421 ms");
    CHECK(readable(Millis(999.7)) == "1.00 s");
    CHECK(readable(Millis(4211)) == "4.21 s");
    CHECK(readable(Millis(320'000)) == "320 s");
  }
}
