// Which CA a plan's guest must trust.
#include "smolfleet/plan/ca_choice.hpp"

#include <doctest/doctest.h>

using namespace smolfleet;

TEST_SUITE_BEGIN("plan");

TEST_CASE("with routes the guest trusts the egress proxy's CA, otherwise pipelock's") {
  plan::Plan plan;
  plan.egress_ca_path = "/egress.pem";
  plan.pipelock_ca_path = "/pipelock.pem";
  CHECK(plan::choose_ca(plan).label == plan::CaLabel::pipelock);
  CHECK(plan::choose_ca(plan).path == "/pipelock.pem");
  plan.has_routes = true;
  CHECK(plan::choose_ca(plan).label == plan::CaLabel::egress);
  CHECK(plan::choose_ca(plan).path == "/egress.pem");
}

TEST_CASE("a path that is not given is not replaced by the other one") {
  plan::Plan plan;
  plan.has_routes = true;
  plan.pipelock_ca_path = "/pipelock.pem";
  CHECK(plan::choose_ca(plan).path.empty());
}

TEST_CASE("the labels are what results and logs say") {
  CHECK(plan::to_string(plan::CaLabel::egress) == "egress");
  CHECK(plan::to_string(plan::CaLabel::pipelock) == "pipelock");
}

TEST_SUITE_END();
