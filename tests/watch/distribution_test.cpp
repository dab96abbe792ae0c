// Quantiles beside the exact ones.
#include "smolfleet/watch/distribution.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using smolfleet::results::Millis;
using smolfleet::watch::Distribution;

namespace {

/// The nearest rank.
double exact(std::vector<double> values, double q) {
  std::ranges::sort(values);
  const auto rank = std::max(1.0, std::ceil(q * static_cast<double>(values.size())));
  return values[static_cast<std::size_t>(rank) - 1];
}

}  // namespace

TEST_SUITE("watch") {
  TEST_CASE("nothing has no quantile but zero") {
    const Distribution none;
    CHECK(none.count() == 0);
    CHECK(none.quantile(0.5).count() == 0);
    CHECK(none.most().count() == 0);
  }

  TEST_CASE("one duration is every quantile, to the microsecond's bucket") {
    Distribution one;
    one.add(Millis(0.017));
    for (const double q : {0.0, 0.5, 1.0})
      CHECK(one.quantile(q).count() == doctest::Approx(0.017));
    CHECK(one.most().count() == doctest::Approx(0.017));
  }

  TEST_CASE("quantiles are within 0.8 percent from microseconds to hours") {
    std::mt19937_64 chance(7);
    std::lognormal_distribution<double> durations(3, 4);
    Distribution distribution;
    std::vector<double> values;
    for (int i = 0; i < 20'000; ++i) {
      values.push_back(std::clamp(durations(chance), 0.001, 3.6e7));
      distribution.add(Millis(values.back()));
    }
    for (const double q : {0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      CAPTURE(q);
      const auto truth = exact(values, q);
      // A microsecond is the unit: below 128 of them a value is cut to whole ones.
      CHECK(std::abs(distribution.quantile(q).count() - truth) <= std::max(0.008 * truth, 0.001));
    }
    CHECK(distribution.most().count() == std::ranges::max(values));
  }

  TEST_CASE("durations that no run can have still count") {
    Distribution distribution;
    distribution.add(Millis(-5));
    distribution.add(Millis(1e300));
    CHECK(distribution.count() == 2);
    CHECK(distribution.quantile(0.5).count() == 0);
    CHECK(distribution.quantile(1).count() > 0);
  }
}
