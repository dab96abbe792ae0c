// What is read of streams and journals, and what is said of lines that are neither.
#include "smolfleet/report/read.hpp"

#include "smolfleet/journal/record.hpp"

#include "fabricated.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace smolfleet;
using namespace smolfleet::test;
using nlohmann::json;

namespace {

const std::string digest(64, 'a');

std::string begun() {
  return journal::to_line(journal::Begun{"r1"});
}

std::string admitted(const std::string& id, std::uint64_t line) {
  using namespace std::chrono;
  return journal::to_line(journal::Admitted{.digest = digest,
                                            .id = id,
                                            .target = "vm-" + id,
                                            .line = line,
                                            .creates = true,
                                            .again = false,
                                            .at = sys_time<milliseconds>(1'700'000'000'123ms)});
}

std::string ended(const json& result) {
  return journal::ended_line(digest, result.dump());
}

}  // namespace

TEST_SUITE("report") {
  TEST_CASE("a result is read in full") {
    const auto back = read_texts({lines_of_json({failed_result("a", 3)})});
    CHECK(back.complaints.empty());
    REQUIRE(back.guests.guests.size() == 1);
    const auto& guest = back.guests.guests[0];
    CHECK(guest.name == "a");
    CHECK(guest.target == "vm-a");
    CHECK(guest.line == 3);
    CHECK(guest.status == results::Status::failed);
    CHECK(guest.started_at->time_since_epoch().count() == 1'795'428'000'100);
    CHECK(guest.duration.count() == 500.25);
    REQUIRE(guest.spans.size() == 2);
    CHECK(back.guests.phases == std::vector<std::string>{"create", "start"});
    CHECK(guest.spans[1].phase == 1);
    CHECK(guest.spans[1].start.count() == 20.125);
    CHECK(guest.spans[1].exit_code == 1);
    CHECK(guest.spans[0].attempts == 2);
    CHECK(guest.trouble->output == "it said no");
    CHECK(guest.trouble->hint == "try harder");
  }

  TEST_CASE("guests come in the order of their admission, and phases in that of a guest's life") {
    auto late = ok_result("late", 1);
    late["started_at"] = "2026-11-23T10:00:01.000Z";
    late["phases"][1]["name"] = "step[10]";
    auto never = failed_result("never", 2);
    never["status"] = "rejected";
    never["started_at"] = nullptr;
    never["phases"] = json::array();
    auto early = ok_result("early", 3);
    early["phases"][0]["name"] = "delete";
    early["phases"][1]["name"] = "step[9]";
    const auto back = read_texts({lines_of_json({late, never, early})});
    REQUIRE(back.guests.guests.size() == 3);
    CHECK(back.guests.guests[0].name == "early");
    CHECK(back.guests.guests[1].name == "late");
    CHECK(back.guests.guests[2].name == "never");
    CHECK(back.guests.phases ==
          std::vector<std::string>{"create", "step[9]", "step[10]", "delete"});
    CHECK(back.guests.phases[back.guests.guests[0].spans[0].phase] == "delete");
    CHECK(back.guests.phases[back.guests.guests[1].spans[1].phase] == "step[10]");
  }

  TEST_CASE("events and blank lines are passed over, a missing last line end does not matter") {
    const std::string event =
        R"({"event":"phase_started","id":"a","target":"a","line":1,"run":"r1","at":"x"})";
    auto text = event + "\n\n  \r\n" + lines_of_json({ok_result("a", 1)});
    text.pop_back();
    const auto back = read_texts({text});
    CHECK(back.complaints.empty());
    CHECK(back.guests.guests.size() == 1);
    CHECK(back.guests.inputs[0].events == 1);
    CHECK(back.guests.inputs[0].results == 1);
  }

  TEST_CASE("a line that cannot be read is named with its number, and the others count") {
    auto no_phase = ok_result("b", 2);
    no_phase["phases"][1]["name"] = "<b>";
    auto negative = ok_result("c", 3);
    negative["phases"][0]["start_ms"] = -1;
    auto no_error = failed_result("d", 4);
    no_error["error"] = nullptr;
    auto no_day = ok_result("e", 5);
    no_day["started_at"] = "2026-02-30T10:00:00.000Z";
    const std::vector<std::string> lines = {"not json",
                                            "[]",
                                            R"({"target":"x"})",
                                            R"({"x":1})",
                                            R"({"status":"removed"})",
                                            R"({"status":"ok","started_at":null})",
                                            no_phase.dump(),
                                            negative.dump(),
                                            no_error.dump(),
                                            no_day.dump(),
                                            ok_result("z", 9).dump(),
                                            R"({"status":"o)"};
    std::string text;
    for (const auto& line : lines)
      text += line + "\n";
    text.pop_back();
    const auto back = read_texts({text});
    REQUIRE(back.complaints.size() == 11);
    CHECK(back.complaints[0] == "1: is no JSON object");
    CHECK(back.complaints[1] == "2: is no JSON object");
    CHECK(back.complaints[2].starts_with("3: is a plan"));
    CHECK(back.complaints[3].starts_with("4: is neither"));
    CHECK(back.complaints[4].find("smolfleet down") != std::string::npos);
    CHECK(back.complaints[5].starts_with("6: /target: is missing"));
    CHECK(back.complaints[6].starts_with("7: /phases/1/name: "));
    CHECK(back.complaints[7].starts_with("8: /phases/0/start_ms: "));
    CHECK(back.complaints[8].starts_with("9: /error: "));
    CHECK(back.complaints[9].starts_with("10: /started_at: "));
    CHECK(back.complaints[10].find("the file ends within it") != std::string::npos);
    CHECK(back.guests.guests.size() == 1);
    CHECK(back.guests.inputs[0].unreadable == 11);
  }

  TEST_CASE("a line beyond all measure is passed over without being kept") {
    const std::string endless(journal::longest_record + 1, '{');
    report::Reader reader;
    std::vector<std::string> complaints;
    const auto text = endless + "\n" + lines_of_json({ok_result("a", 1)});
    const auto error = reader.read("f", source_of(text, 65536), [&](auto line, auto what) {
      complaints.push_back(std::to_string(line) + std::string(what));
    });
    CHECK_FALSE(error);
    REQUIRE(complaints.size() == 1);
    CHECK(complaints[0].starts_with("1is longer than"));
    CHECK(reader.finish().guests.size() == 1);
  }

  TEST_CASE("a journal gives its answers, and the plans that have none") {
    const auto text = begun() + admitted("a", 1) + admitted("b", 2) + ended(ok_result("a", 1));
    const auto back = read_texts({text});
    CHECK(back.complaints.empty());
    REQUIRE(back.guests.guests.size() == 1);
    CHECK(back.guests.guests[0].name == "a");
    REQUIRE(back.guests.unanswered.size() == 1);
    CHECK(back.guests.unanswered[0].name == "b");
    CHECK(back.guests.runs == std::vector<std::string>{"r1"});
    CHECK(back.guests.inputs[0].records == 4);
  }

  TEST_CASE("a journal's torn last line is no fault, a changed line is") {
    auto torn = begun() + ended(ok_result("a", 1)) + ended(ok_result("b", 2));
    torn.resize(torn.size() - 9);
    const auto back = read_texts({torn});
    CHECK(back.complaints.empty());
    CHECK(back.guests.inputs[0].torn);
    CHECK(back.guests.guests.size() == 1);
    auto changed = begun() + ended(ok_result("a", 1));
    changed[changed.find("500.25")] = '6';
    CHECK(read_texts({changed}).complaints ==
          std::vector<std::string>{"2: is not as it was written"});
  }

  TEST_CASE("what stands in a journal and in a stream counts once") {
    const auto result = ok_result("a", 1);
    const auto back = read_texts({lines_of_json({result}), begun() + ended(result)});
    CHECK(back.guests.guests.size() == 1);
    CHECK(back.guests.repeated == 1);
    CHECK(back.guests.superseded == 0);
  }

  TEST_CASE("of several answers to a plan the one that began last stands, in whatever order") {
    const auto first = failed_result("a", 1);
    auto second = ok_result("a", 1);
    second["started_at"] = "2026-11-23T11:00:00.000Z";
    for (const auto& order : {std::vector<json>{first, second}, std::vector<json>{second, first}}) {
      const auto back = read_texts({lines_of_json(order)});
      REQUIRE(back.guests.guests.size() == 1);
      CHECK(back.guests.guests[0].status == results::Status::ok);
      CHECK_FALSE(back.guests.guests[0].trouble);
      CHECK(back.guests.superseded == 1);
    }
  }

  TEST_CASE("the same plan in two runs is two guests") {
    auto other = ok_result("a", 1);
    other["run"] = "r2";
    const auto back = read_texts({lines_of_json({ok_result("a", 1), other})});
    CHECK(back.guests.guests.size() == 2);
    CHECK(back.guests.runs.size() == 2);
  }
}
