// Reading smolvm's list, and whose a machine is.
#include "smolfleet/driver/machines.hpp"

#include <doctest/doctest.h>

using namespace smolfleet::driver;

namespace {

constexpr auto two_machines = R"([
  {"name": "web", "state": "running", "created_at": 1700000000, "pid": 7,
   "labels": {"smolfleet.run": "r1", "smolfleet.plan": "p1", "smolfleet.line": "3",
              "team": "a"}},
  {"name": "old", "state": "created", "created_at": 5, "labels": {}}])";

Creator creator(const char* run, const char* plan, std::chrono::sys_seconds since = {}) {
  return {.run = run, .plan = plan, .line = 3, .not_before = since};
}

}  // namespace

TEST_SUITE("driver") {
  TEST_CASE("smolvm's list is read by name") {
    const auto machines = parse_machines(two_machines);
    REQUIRE(machines);
    CHECK(machines->size() == 2);
    CHECK(machines->at("web").state == "running");
    CHECK(machines->at("web").created_at.time_since_epoch().count() == 1'700'000'000);
    CHECK(machines->at("web").labels.at("team") == "a");
    CHECK(run_of(machines->at("web")) == "r1");
    CHECK_FALSE(run_of(machines->at("old")));
    CHECK(parse_machines("[]")->empty());
  }

  TEST_CASE("what is no list of machines is refused, not guessed at") {
    for (const auto* text : {"", "{}", "null", "[", "[1]", "[{}]", R"([{"name": 1}])",
                             R"([{"name": ""}])", "No machines found"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_machines(text));
    }
  }

  TEST_CASE("odd fields of a machine do no harm") {
    const auto machines = parse_machines(
        R"([{"name": "x", "state": 1, "created_at": "now", "labels": [1], "more": {}},
            {"name": "y", "created_at": 1.5, "labels": {"smolfleet.run": 3}}])");
    REQUIRE(machines);
    CHECK(machines->at("x").state.empty());
    CHECK_FALSE(run_of(machines->at("y")));
  }

  TEST_CASE("with labels, run, plan and line must all be the creator's") {
    const auto web = parse_machines(two_machines)->at("web");
    CHECK(was_created_by(web, creator("r1", "p1"), true));
    CHECK_FALSE(was_created_by(web, creator("r2", "p1"), true));
    CHECK_FALSE(was_created_by(web, creator("r1", "p2"), true));
    auto namesake = creator("r1", "p1");
    namesake.line = 4;
    CHECK_FALSE(was_created_by(web, namesake, true));
    const auto old = parse_machines(two_machines)->at("old");
    CHECK_FALSE(was_created_by(old, creator("r1", "p1"), true));
  }

  TEST_CASE("without labels, the time tells, to the second") {
    const auto web = parse_machines(two_machines)->at("web");
    const std::chrono::sys_seconds created{std::chrono::seconds(1'700'000'000)};
    CHECK(was_created_by(web, creator("x", "y", created), false));
    CHECK(was_created_by(web, creator("x", "y", created - std::chrono::seconds(1)), false));
    CHECK_FALSE(was_created_by(web, creator("x", "y", created + std::chrono::seconds(1)), false));
  }

  TEST_CASE("of a name that was used before, only a younger machine is the creator's") {
    const auto web = parse_machines(two_machines)->at("web");
    auto late = creator("r1", "p1", web.created_at + std::chrono::seconds(1));
    CHECK(was_created_by(web, late, true));
    late.name_was_used = true;
    CHECK_FALSE(was_created_by(web, late, true));
    auto prompt = creator("r1", "p1", web.created_at);
    prompt.name_was_used = true;
    CHECK(was_created_by(web, prompt, true));
    // Without labels the same second is not enough: it may be the one that was there before.
    CHECK_FALSE(was_created_by(web, prompt, false));
    prompt.not_before -= std::chrono::seconds(1);
    CHECK(was_created_by(web, prompt, false));
  }

  TEST_CASE("what another `up` of the same run created is not the creator's") {
    auto web = parse_machines(two_machines)->at("web");
    auto again = creator("r1", "p1", web.created_at);
    CHECK(was_created_by(web, again, true));
    again.invocation = "i2";
    CHECK_FALSE(was_created_by(web, again, true));
    web.labels.emplace(invocation_label, "i1");
    CHECK_FALSE(was_created_by(web, again, true));
    again.invocation = "i1";
    CHECK(was_created_by(web, again, true));
  }
}
