// What is made of the records of earlier runs.
#include "smolfleet/journal/history.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <vector>

using namespace smolfleet;
using journal::Admitted;
using journal::Begun;
using journal::Ended;
using journal::History;
using results::Status;

namespace {

/// A digest for each plan of a test.
std::string plan(char name) {
  return std::string(64, name);
}

Admitted admitted(char name, const std::string& target, bool again = false) {
  return {.digest = plan(name),
          .id = std::string("id-") + name,
          .target = target,
          .line = 1,
          .creates = true,
          .again = again,
          .at = {}};
}

Ended ended(char name, const std::string& target, Status status, bool leaked = false) {
  return {.digest = plan(name),
          .target = target,
          .line = 1,
          .status = status,
          .leaked = leaked,
          .result = {}};
}

History history_of(bool retry_failed, const std::vector<journal::Record>& records) {
  History history(retry_failed);
  std::uint64_t at = 0;
  for (const auto& record : records)
    history.add(record, at += 1000);
  return history;
}

std::vector<std::string> left_of(const History& history) {
  std::vector<std::string> targets;
  for (const auto& guest : history.leftovers())
    targets.push_back(guest.target);
  return targets;
}

using Targets = std::vector<std::string>;

}  // namespace

TEST_SUITE("journal") {
  TEST_CASE("what was left and is removed is not looked for again, until its plan is begun again") {
    const journal::Removed removed{.digest = plan('a'), .target = "t", .line = 1};
    std::vector<journal::Record> records = {Begun{"r"}, admitted('a', "t"), admitted('b', "u")};
    CHECK(left_of(history_of(false, records)) == Targets{"t", "u"});
    records.emplace_back(removed);
    CHECK(left_of(history_of(false, records)) == Targets{"u"});
    CHECK(history_of(false, records).removed().contains({"t", 1}));
    records.emplace_back(admitted('a', "t"));
    CHECK(left_of(history_of(false, records)) == Targets{"t", "u"});
    CHECK(history_of(false, records).removed().empty());
  }

  TEST_CASE(
      "a guest that may be left is of the `up` that began its plan, or of any if it was several") {
    const auto invocation_of = [](const std::vector<journal::Record>& records) {
      return history_of(false, records).leftovers().at(0).invocation;
    };
    const std::vector<journal::Record> once = {Begun{"r", "i1"}, admitted('a', "t"),
                                               Begun{"r", "i2"}};
    CHECK(invocation_of(once) == "i1");
    auto twice = once;
    twice.emplace_back(admitted('a', "t"));
    CHECK(invocation_of(twice) == "");
    CHECK(invocation_of({Begun{"r"}, admitted('a', "t")}) == "");
  }

  TEST_CASE("an answer is recalled once for each time it was given") {
    auto history = history_of(false, {Begun{"r"}, admitted('a', "t"), ended('a', "t", Status::ok),
                                      admitted('a', "t"), ended('a', "t", Status::failed)});
    CHECK(history.run() == "r");
    CHECK(history.answered() == 2);
    CHECK(history.recall(plan('a'), 1).answer->status == Status::ok);
    CHECK(history.recall(plan('a'), 1).answer->status == Status::failed);
    CHECK_FALSE(history.recall(plan('a'), 1).answer);
    CHECK_FALSE(history.recall(plan('b'), 1).answer);
  }

  TEST_CASE("what failed is run again only when that is wanted, what was cancelled always") {
    const std::vector<journal::Record> records = {
        Begun{"r"}, admitted('f', "f"), ended('f', "f", Status::failed), admitted('c', "c"),
        ended('c', "c", Status::cancelled)};
    auto stands = history_of(false, records);
    CHECK(stands.recall(plan('f'), 1).answer);
    CHECK_FALSE(stands.recall(plan('c'), 1).answer);
    CHECK(left_of(stands) == Targets{"c"});
    auto retries = history_of(true, records);
    const auto recall = retries.recall(plan('f'), 1);
    CHECK_FALSE(recall.answer);
    CHECK(recall.again);
    CHECK(left_of(retries) == Targets{"c", "f"});
  }

  TEST_CASE("an answer that came in place of another is the one that stands") {
    auto history =
        history_of(false, {Begun{"r"}, admitted('a', "t"), ended('a', "t", Status::failed),
                           Begun{"r"}, admitted('a', "t", true), ended('a', "t", Status::ok)});
    CHECK(history.answered() == 1);
    CHECK(history.recall(plan('a'), 1).answer->status == Status::ok);
  }

  TEST_CASE("guests are left by plans in flight, and by those whose clean-up failed") {
    const auto history =
        history_of(false, {Begun{"r"}, admitted('i', "in-flight"), admitted('k', "leaked"),
                           ended('k', "leaked", Status::failed, true), admitted('g', "gone"),
                           ended('g', "gone", Status::failed), admitted('o', "up"),
                           ended('o', "up", Status::ok)});
    CHECK(left_of(history) == Targets{"in-flight", "leaked"});
    CHECK(history.unanswered() == 1);
  }

  TEST_CASE("what a plan in flight may have left of a name that was used before is marked so") {
    const auto history = history_of(false, {Begun{"r"}, admitted('c', "new"), admitted('a', "t"),
                                            ended('a', "t", Status::ok), admitted('b', "t")});
    const auto left = history.leftovers();
    REQUIRE(left_of(history) == Targets{"new", "t"});
    CHECK_FALSE(left[0].name_was_used);
    CHECK(left[1].plan == "id-b");
    CHECK(left[1].name_was_used);
  }

  TEST_CASE("a leaked guest is not forgotten over a later plan of its name") {
    const std::vector<journal::Record> records = {
        Begun{"r"}, admitted('a', "t"), ended('a', "t", Status::failed, true), admitted('b', "t"),
        ended('b', "t", Status::failed)};
    const auto left = history_of(false, records).leftovers();
    REQUIRE(left.size() == 1);
    CHECK(left[0].plan == "id-a");
    CHECK(history_of(true, records).leftovers().size() == 2);
  }

  TEST_CASE("plans that create nothing leave no guests") {
    auto provision = admitted('a', "t");
    provision.creates = false;
    CHECK(left_of(history_of(false, {Begun{"r"}, provision})).empty());
  }

  TEST_CASE("a refused duplicate says nothing of the plan that was in flight") {
    auto refused = ended('a', "t", Status::rejected);
    refused.was_admitted = false;
    refused.line = 2;
    auto history = history_of(false, {Begun{"r"}, admitted('a', "t"), refused});
    CHECK(left_of(history) == Targets{"t"});
    CHECK(history.unanswered() == 1);
    // The plan itself is run, and the refusal is for the line that it was for.
    CHECK_FALSE(history.recall(plan('a'), 1).answer);
    CHECK(history.recall(plan('a'), 2).answer->status == Status::rejected);
  }
}
