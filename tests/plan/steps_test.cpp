// Steps: what is copied and run.
#include "plan/steps.hpp"

#include "lines.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace smolfleet;
using namespace smolfleet::test;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("plan");

TEST_CASE("a copy needs no mode, and its source may be relative and hold colons") {
  const auto plan = accepted(with_step(R"({"copy":{"from":"a:b/c","to":"/d","timeout_s":2}})"));
  const auto& copy = std::get<plan::CopyStep>(plan.steps.at(0).action);
  CHECK(copy.from == "a:b/c");
  CHECK(copy.mode.empty());
  CHECK(plan.steps[0].timeout == 2s);
}

TEST_CASE("only an exec that says so is idempotent") {
  const auto plan =
      accepted(with_step(R"({"exec":{"argv":["a",""]}},{"exec":{"argv":["a"],"idempotent":true}},)"
                         R"({"exec":{"argv":["a"],"idempotent":false}})"));
  CHECK_FALSE(std::get<plan::ExecStep>(plan.steps.at(0).action).idempotent);
  CHECK(std::get<plan::ExecStep>(plan.steps.at(1).action).idempotent);
  CHECK_FALSE(std::get<plan::ExecStep>(plan.steps.at(2).action).idempotent);
}

TEST_CASE("an argument that looks like an option is the guest's affair") {
  CHECK(accepted(with_step(R"({"exec":{"argv":["-x","--y"]}})")).steps.size() == 1);
}

TEST_CASE("a plan has a thousand steps at most") {
  std::string steps = R"({"exec":{"argv":["a"]}})";
  for (std::size_t i = 1; i < plan::max_steps; ++i)
    steps += R"(,{"exec":{"argv":["a"]}})";
  CHECK(accepted(with_step(steps)).steps.size() == plan::max_steps);
  CHECK(refused(with_step(steps + R"(,{"exec":{"argv":["a"]}})")).failure.message ==
        "/steps: has 1001 elements, more than 1000");
}

TEST_CASE("bad steps are refused with their pointer") {
  const std::array table = std::to_array<BadLine>({
      {with_step("1"), "/steps/0: must be an object, got a number"},
      {with_step("{}"), "/steps/0: must have either copy or exec"},
      {with_step(
           R"({"exec":{"argv":["a"]}},{"copy":{"from":"a","to":"/b"},"exec":{"argv":["a"]}})"),
       "/steps/1: must have either copy or exec"},
      {with_step(R"({"run":{"argv":["a"]}})"), "/steps/0/run: is not a known key"},
      {with_step(R"({"copy":null})"), "/steps/0/copy: must be an object, got null"},
      {with_step(R"({"exec":"id"})"), "/steps/0/exec: must be an object, got a string"},
      {with_step(R"({"copy":{"to":"/b"}})"), "/steps/0/copy/from: is required"},
      {with_step(R"({"copy":{"from":"","to":"/b"}})"), "/steps/0/copy/from: must not be empty"},
      {with_step(R"({"copy":{"from":"a\u0000","to":"/b"}})"),
       "/steps/0/copy/from: must not contain U+0000", Schema::cannot_know},
      {with_step(R"({"copy":{"from":"a"}})"), "/steps/0/copy/to: is required"},
      {with_step(R"({"copy":{"from":"a","to":"b"}})"),
       "/steps/0/copy/to: must be an absolute path, got \"b\""},
      {with_step(R"({"copy":{"from":"a","to":""}})"), "/steps/0/copy/to: must be an absolute path"},
      {with_step(R"({"copy":{"from":"a","to":"/"}})"),
       "/steps/0/copy/to: must name the file itself"},
      {with_step(R"({"copy":{"from":"a","to":"/b/"}})"),
       "/steps/0/copy/to: must name the file itself"},
      {with_step(R"({"copy":{"from":"a","to":"/b/../c"}})"),
       "/steps/0/copy/to: must not have '.' or '..'"},
      {with_step(R"({"copy":{"from":"a","to":"/b/.."}})"),
       "/steps/0/copy/to: must not have '.' or '..'"},
      {with_step(R"({"copy":{"from":"a","to":"/./b"}})"),
       "/steps/0/copy/to: must not have '.' or '..'"},
      {with_step(R"({"copy":{"from":"a","to":"/b","mode":"0999"}})"),
       "/steps/0/copy/mode: must be three or four octal digits"},
      {with_step(R"({"copy":{"from":"a","to":"/b","mode":"60"}})"), "/steps/0/copy/mode: must be"},
      {with_step(R"({"copy":{"from":"a","to":"/b","mode":"00600"}})"),
       "/steps/0/copy/mode: must be"},
      {with_step(R"({"copy":{"from":"a","to":"/b","mode":384}})"),
       "/steps/0/copy/mode: must be a string, got 384"},
      {with_step(R"({"copy":{"from":"a","to":"/b","timeout_s":0}})"),
       "/steps/0/copy/timeout_s: must be a number"},
      {with_step(R"({"copy":{"from":"a","to":"/b","owner":"x"}})"),
       "/steps/0/copy/owner: is not a known key"},
      {with_step(R"({"exec":{}})"), "/steps/0/exec/argv: is required"},
      {with_step(R"({"exec":{"argv":"sh -c id"}})"),
       "/steps/0/exec/argv: must be an array, got a string"},
      {with_step(R"({"exec":{"argv":[]}})"), "/steps/0/exec/argv: must have at least one element"},
      {with_step(R"({"exec":{"argv":[""]}})"), "/steps/0/exec/argv: must have at least one element",
       Schema::cannot_know},
      {with_step(R"({"exec":{"argv":["a",1]}})"), "/steps/0/exec/argv/1: must be a string, got 1"},
      {with_step(R"({"exec":{"argv":["a","\u0000"]}})"),
       "/steps/0/exec/argv/1: must not contain U+0000", Schema::cannot_know},
      {with_step(R"({"exec":{"argv":["a"],"env":{"1A":"x"}}})"),
       "/steps/0/exec/env/1A: is no name of a variable"},
      {with_step(R"({"exec":{"argv":["a"],"env":{"A":1}}})"),
       "/steps/0/exec/env/A: must be a string, got a number"},
      {with_step(R"({"exec":{"argv":["a"],"idempotent":"yes"}})"),
       "/steps/0/exec/idempotent: must be true or false, got \"yes\""},
      {with_step(R"({"exec":{"argv":["a"],"timeout_s":null}})"),
       "/steps/0/exec/timeout_s: must be a number of seconds above 0 and at most 604800, got null"},
  });
  check_refused(table);
}

TEST_SUITE_END();
