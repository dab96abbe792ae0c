// What a log quotes of a failure.
#include "smolfleet/core/failure.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace smolfleet;

namespace {

core::Failure failure_in(const std::string& phase, const std::string& err) {
  core::Failure failure;
  failure.phase = phase;
  failure.message = "smolvm could not start b (exit 1): no such image";
  failure.err = err;
  return failure;
}

}  // namespace

TEST_SUITE("core") {
  TEST_CASE("the last line that a child wrote is quoted, unless the message has it") {
    const auto words = [](const std::string& err) {
      return core::last_words(failure_in("install_ca", err));
    };
    CHECK(words("").empty());
    CHECK(words(" \n\n").empty());
    CHECK(words("one\ntwo\x1b[2J\n\n") == "two\\u001b[2J");
    CHECK(words("WARN x\nError: no such image").empty() == false);
    CHECK(words("x\nno such image\n").empty());
    CHECK(words(std::string(500, 'x')).size() < 210);
  }

  TEST_CASE("what a plan's own commands print is not quoted") {
    CHECK(core::last_words(failure_in("step[0]", "token=secret")).empty());
    CHECK(
        core::last_words(failure_in("start", "Error: start machine: init: init[0] failed\ntoken=x"))
            .empty());
    CHECK(core::last_words(failure_in("start", "Error: kvm\nmore")) == "more");
  }
}
