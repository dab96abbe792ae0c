// Claims: which guests are smolfleet's to take down.
#include "smolfleet/fleet/claim.hpp"

#include "smolfleet/results/event.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace smolfleet;
using namespace smolfleet::fleet;
using results::Creation;

namespace {

core::Line line_of(std::string text) {
  return {.number = 3, .text = std::move(text), .too_long = false};
}

Claim claim_in(const std::string& text) {
  return read_claim(line_of(text)).value().value();
}

Claim claim(std::optional<std::string> id, std::optional<std::string> run) {
  return {.line = 1,
          .id = std::move(id),
          .target = "b",
          .run = std::move(run),
          .creation = Creation::begun};
}

/// A list with one machine called b; nothing: it carries no such label.
driver::Machines list_with(const std::optional<std::string>& run,
                           const std::optional<std::string>& plan) {
  driver::Machine machine{.name = "b", .state = "running", .created_at = {}, .labels = {}};
  if (run) machine.labels.emplace(driver::run_label, *run);
  if (plan) machine.labels.emplace(driver::plan_label, *plan);
  return {{"b", machine}};
}

}  // namespace

TEST_SUITE("fleet") {
  TEST_CASE("a plan with a machine claims its guest, one without does not") {
    const auto creating = claim_in(R"({"id":"p","target":"b","machine":{"image":"x"}})");
    CHECK(creating.line == 3);
    CHECK(creating.id == "p");
    CHECK(creating.target == "b");
    CHECK_FALSE(creating.run);
    CHECK_FALSE(objection(creating, {}));
    CHECK(claim_in(R"({"target":"b","machine":{"image":"x"}})").id == "b");
    CHECK(objection(claim_in(R"({"target":"b"})"), {}));
  }

  TEST_CASE("a result claims the guest that it created, of its run and its plan") {
    const auto past = claim_in(R"({"id":"p","target":"b","line":9,"status":"failed","run":"r",)"
                               R"("phases":[{"name":"create","exit_code":0}]})");
    CHECK(past.line == 3);
    CHECK(past.id == "p");
    CHECK(past.run == "r");
    CHECK_FALSE(objection(past, {}));
    CHECK(
        objection(claim_in(R"({"id":"p","target":"b","status":"ok","run":"r","phases":[]})"), {}));
    CHECK(objection(claim_in(R"({"id":null,"target":null,"status":"rejected","run":"r",)"
                             R"("phases":[]})"),
                    {}));
  }

  TEST_CASE("an event claims nothing; what is no line of ours is rejected with its number") {
    CHECK_FALSE(read_claim(line_of(R"({"event":"admitted","target":"b"})")).value());
    const auto no_json = read_claim(line_of("no JSON"));
    CHECK(no_json.error().line == 3);
    const auto no_result = read_claim(line_of(R"({"target":"b","status":"gone"})"));
    CHECK(no_result.error().line == 3);
    CHECK(no_result.error().target == "b");
    const auto too_long = read_claim({.number = 4, .text = {}, .too_long = true});
    CHECK(too_long.error().line == 4);
  }

  TEST_CASE("the labels decide") {
    struct Row {
      Claim claim;
      driver::Machines machines;
      std::string only_run;
      Standing standing;
    };
    const Row rows[] = {
        // by a plan: of any run
        {claim("p", {}), list_with("r", "p"), "", Standing::ours},
        {claim("p", {}), list_with("r", "p"), "r", Standing::ours},
        {claim("p", {}), list_with("r", "p"), "other", Standing::not_ours},
        {claim("p", {}), list_with("r", "other"), "", Standing::not_ours},
        {claim("p", {}), list_with({}, "p"), "", Standing::not_ours},
        {claim("p", {}), list_with("r", {}), "", Standing::not_ours},
        {claim("p", {}), list_with({}, {}), "", Standing::not_ours},
        {claim({}, {}), list_with("r", "p"), "", Standing::not_ours},
        {claim("p", {}), {}, "", Standing::gone},
        // by a result: of its run
        {claim("p", "r"), list_with("r", "p"), "", Standing::ours},
        {claim("p", "r"), list_with("other", "p"), "", Standing::not_ours},
        {claim("p", "r"), list_with("r", "other"), "", Standing::not_ours},
        {claim("p", "r"), {}, "", Standing::gone},
    };
    for (const auto& row : rows) {
      const Law law{.only_run = row.only_run};
      const auto judgement = judge(row.claim, row.machines, law);
      CHECK(judgement.standing == row.standing);
      CHECK(judgement.reason.empty() == (row.standing != Standing::not_ours));
    }
    CHECK(judge(claim("p", {}), list_with("r", "p"), {}).run == "r");
  }

  TEST_CASE("without labels the name decides, but for a create that smolvm refused") {
    const Law law{.only_run = {}, .has_labels = false};
    auto past = claim("p", "r");
    CHECK_FALSE(objection(past, law));
    CHECK(judge(past, list_with({}, {}), law).standing == Standing::ours);
    CHECK(judge(past, {}, law).standing == Standing::gone);
    past.creation = Creation::refused;
    CHECK(objection(past, law));
    CHECK_FALSE(objection(past, {}));
  }

  TEST_CASE("a claim of another run fails before the list is looked at") {
    const Law law{.only_run = "r"};
    CHECK(objection(claim("p", "other"), law) == "b is of run other, not of run r");
    CHECK_FALSE(objection(claim("p", "r"), law));
    CHECK_FALSE(objection(claim("p", {}), law));
  }

  TEST_CASE("a run claims the machines that carry its label") {
    auto machines = list_with("r", "p");
    machines.merge(
        driver::Machines{{"c", {.name = "c", .state = {}, .created_at = {}, .labels = {}}}});
    const auto claims = claims_of_run(machines, "r");
    REQUIRE(claims.size() == 1);
    CHECK(claims[0].target == "b");
    CHECK(claims[0].id == "p");
    CHECK_FALSE(claims[0].line);
    CHECK(claims_of_run(machines, "other").empty());
    CHECK(judge(claims[0], list_with("r", {}), {.only_run = "r"}).standing == Standing::ours);
    CHECK(judge(claims[0], list_with("other", "p"), {}).standing == Standing::not_ours);
  }
}
