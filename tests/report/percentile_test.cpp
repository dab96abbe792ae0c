// Nearest ranks.
#include "smolfleet/report/percentile.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

using namespace smolfleet::report;

TEST_SUITE("report") {
  TEST_CASE("a percentile is the smallest value that so many do not exceed") {
    const std::vector<double> few = {15, 20, 35, 40, 50};
    CHECK(nearest_rank(few, 5) == 15);
    CHECK(nearest_rank(few, 20) == 15);
    CHECK(nearest_rank(few, 21) == 20);
    CHECK(nearest_rank(few, 40) == 20);
    CHECK(nearest_rank(few, 50) == 35);
    CHECK(nearest_rank(few, 90) == 50);
    CHECK(nearest_rank(few, 100) == 50);
    std::vector<double> hundred(100);
    std::iota(hundred.begin(), hundred.end(), 1.0);
    for (unsigned percent = 1; percent <= 100; ++percent)
      CHECK(nearest_rank(hundred, percent) == percent);
    CHECK(nearest_rank(std::vector<double>{7}, 1) == 7);
  }

  TEST_CASE("a distribution keeps its ends and has no more points than it may") {
    std::vector<double> many(1001);
    std::iota(many.begin(), many.end(), 0.0);
    const auto points = quantiles(many, 11);
    REQUIRE(points.size() == 11);
    for (std::size_t i = 0; i < points.size(); ++i) {
      CHECK(points[i].value == 100.0 * static_cast<double>(i));
      CHECK(points[i].rank == 100 * i + 1);
    }
    const auto all = quantiles(std::vector<double>{3, 4}, 11);
    REQUIRE(all.size() == 2);
    CHECK(all[1].rank == 2);
    CHECK(quantiles(std::vector<double>{5}, 2).size() == 1);
    CHECK(quantiles({}, 2).empty());
  }
}
