// A run for which there is not enough memory.
#include "../support/sanitized.hpp"
#include "fixture.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

using namespace smolfleet::test;

namespace {

std::vector<std::string> limited_to(int kib, std::vector<std::string> command) {
  std::vector<std::string> argv = {"/bin/sh", "-c", R"(ulimit -d "$1"; shift; exec "$@")", "sh",
                                   std::to_string(kib)};
  std::ranges::move(command, std::back_inserter(argv));
  return argv;
}

}  // namespace

TEST_SUITE("up") {
  // Sanitizers need more memory for themselves than any limit that means something.
  TEST_CASE("when memory is out, smolfleet ends in words and not in a crash" *
            doctest::skip(is_sanitized)) {
    const Scene scene;
    std::vector<json> plans;
    for (int i = 0; i < 20; ++i)
      plans.push_back(scene.plan("b" + std::to_string(i)));
    bool went_well = false;
    bool ran_out = false;
    // From too little for a start to more than enough.
    for (int kib = 560; kib <= 1600; kib += 40) {
      CAPTURE(kib);
      const auto argv = limited_to(kib, Scene::up(from_build("RECORDING_SMOLVM_EXE")));
      const auto ended = run_program(argv, feed_of(plans), scene.environment());
      CAPTURE(ended.err);
      CHECK(ended.signal == 0);
      const bool is_out = ended.err.find("out of memory") != std::string::npos ||
                          ended.err.find("internal") != std::string::npos;
      went_well = went_well || ended.exit == 0;
      ran_out = ran_out || is_out;
      if (is_out) CHECK(ended.exit != 0);
    }
    CHECK(went_well);
    CHECK(ran_out);
  }
}
