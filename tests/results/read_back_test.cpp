// Results read back: what they say of the guest behind them.
#include "smolfleet/results/read_back.hpp"

#include "smolfleet/results/event.hpp"
#include "smolfleet/results/result.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>

using namespace smolfleet;
using namespace smolfleet::results;

namespace {

Phase phase(const char* name, std::optional<int> exit_code) {
  return {.name = name, .start = {}, .duration = {}, .attempts = 1, .exit_code = exit_code};
}

Result result_with(std::vector<Phase> phases) {
  Result result;
  result.id = "i";
  result.target = "t";
  result.line = 1;
  result.run = "r";
  result.phases = std::move(phases);
  return result;
}

Creation creation_in(const Result& result) {
  return std::get<PastResult>(read_back(to_line(result))).creation;
}

/// What is wrong with a line that has the members and calls itself a result.
std::string fault_with(const std::string& members) {
  const auto line = read_back("{" + members + "}");
  const auto* unreadable = std::get_if<Unreadable>(&line);
  return unreadable == nullptr ? "none" : unreadable->failure.message;
}

}  // namespace

TEST_SUITE("results") {
  TEST_CASE("a result that was printed is read back") {
    const auto line = read_back(to_line(result_with({phase("create", 0), phase("start", 1)})));
    const auto& past = std::get<PastResult>(line);
    CHECK(past.id == "i");
    CHECK(past.target == "t");
    CHECK(past.run == "r");
    CHECK(past.creation == Creation::begun);
  }

  TEST_CASE("a create that says no is told from one that was ended, and from none") {
    CHECK(creation_in(result_with({})) == Creation::none);
    CHECK(creation_in(result_with({phase("copy_ca", 0)})) == Creation::none);
    CHECK(creation_in(result_with({phase("create", std::nullopt)})) == Creation::begun);
    CHECK(creation_in(result_with({phase("create", 1)})) == Creation::refused);
  }

  TEST_CASE("a guest that is said to be left was created, whichever run did it") {
    auto result = result_with({});
    result.leaked = true;
    CHECK(creation_in(result) == Creation::begun);
  }

  TEST_CASE("a result of a line without a target has none") {
    auto result = result_with({});
    result.id.reset();
    result.target.reset();
    const auto line = read_back(to_line(result));
    CHECK_FALSE(std::get<PastResult>(line).target);
  }

  TEST_CASE("an event is one, and a plan is neither, though it has a status of its own") {
    const auto event = to_line(Event{.kind = EventKind::admitted,
                                     .id = "i",
                                     .target = "t",
                                     .line = 1,
                                     .run = "r",
                                     .at = {},
                                     .phase = {}});
    CHECK(std::holds_alternative<PastEvent>(read_back(event)));
    for (const std::string_view line :
         {R"({"target":"t"})", R"({"target":"t","machine":{"image":"x"},"status":"new"})", "", "[]",
          "7", "no JSON", "{\"target\":\"\xff\"}", R"({"status":)"}) {
      CAPTURE(line);
      CHECK(std::holds_alternative<NotOfUp>(read_back(line)));
    }
    CHECK(std::holds_alternative<NotOfUp>(read_back(std::string(500'000, '['))));
  }

  TEST_CASE("what calls itself a result and is none is told by its field") {
    CHECK(fault_with(R"("status":"done")").starts_with("/status: "));
    CHECK(fault_with(R"("status":7)").starts_with("/status: "));
    CHECK(fault_with(R"("status":"ok","target":"t")").starts_with("/id: "));
    CHECK(fault_with(R"("status":"ok","id":"i","target":[])").starts_with("/target: "));
    CHECK(fault_with(R"("status":"ok","id":null,"target":"t")").starts_with("/run: "));
    const std::string good = R"("status":"ok","id":"i","target":"t","run":"r")";
    CHECK(fault_with(good).starts_with("/phases: "));
    CHECK(fault_with(good + R"(,"phases":{})").starts_with("/phases: "));
    CHECK(fault_with(good + R"(,"phases":["create"])").starts_with("/phases: "));
    CHECK(fault_with(good + R"(,"phases":[{}])") == "none");
    const auto line = read_back(R"({"status":"done","target":"t"})");
    CHECK(std::get<Unreadable>(line).target == "t");
    CHECK_FALSE(std::get<Unreadable>(line).id);
  }
}
