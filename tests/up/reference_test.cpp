// The tables of docs/reference.md, row by row against the code; and README.md against both.
#include "smolfleet/cli/streams.hpp"
#include "smolfleet/core/failure.hpp"
#include "smolfleet/journal/record.hpp"
#include "smolfleet/metrics/fleet_metrics.hpp"
#include "smolfleet/results/event.hpp"
#include "smolfleet/results/removal.hpp"
#include "smolfleet/results/result.hpp"

#include "../support/documents.hpp"
#include "../support/enumerators.hpp"
#include "../support/prometheus_text.hpp"
#include "../support/schema.hpp"
#include "fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace smolfleet;
using namespace smolfleet::test;
using core::FailureCode;

namespace {

using Names = std::vector<std::string>;

std::vector<std::vector<std::string>> reference(std::string_view heading) {
  return table_under(heading, document("docs/reference.md"));
}

Names first_column(std::string_view heading) {
  Names names;
  for (const auto& row : reference(heading))
    names.push_back(row.at(0));
  return names;
}

template <class Enum>
Names names_of() {
  Names names;
  for (const auto value : enumerators<Enum>())
    names.emplace_back(to_string(value));
  return names;
}

json schema(const char* name) {
  std::ifstream file(schema_file(name));
  return json::parse(file);
}

std::set<std::string> as_set(const json& values) {
  return values.get<std::set<std::string>>();
}

std::set<std::string> as_set(const Names& names) {
  return {names.begin(), names.end()};
}

/// What the first column has where another one does not have "-".
std::set<std::string> first_column_with(std::size_t column, std::string_view heading) {
  std::set<std::string> names;
  for (const auto& row : reference(heading)) {
    if (row.at(column) != "-") names.insert(row.at(0));
  }
  return names;
}

std::set<std::string> codes_with(std::size_t column) {
  return first_column_with(column, "## Failure codes");
}

core::Failure failure_with(FailureCode code) {
  core::Failure failure;
  failure.code = code;
  return failure;
}

/// Every constant of streams.hpp that is an exit status, as the header has them.
std::set<std::string> exit_statuses() {
  static const std::regex form(R"(inline constexpr int (\w+) = (\d+);)");
  const auto header = document("include/smolfleet/cli/streams.hpp");
  std::set<std::string> statuses;
  for (std::sregex_iterator match(header.begin(), header.end(), form), end; match != end; ++match)
    statuses.insert((*match)[1] == "by_signal" ? (*match)[2].str() + "+N" : (*match)[2].str());
  return statuses;
}

/// Those of each paragraph of a text that begins to tell them.
std::vector<std::set<std::string>> statuses_said_in(const std::string& text) {
  static const std::regex status(R"(\b(\d+(?:\+N)?) [a-z])");
  constexpr std::string_view opening = "Exit status: ";
  std::vector<std::set<std::string>> said;
  for (auto at = text.find(opening); at != std::string::npos; at = text.find(opening, at + 1)) {
    const auto paragraph = text.substr(at, text.find("\n\n", at) - at);
    auto& statuses = said.emplace_back();
    for (std::sregex_iterator match(paragraph.begin(), paragraph.end(), status), end; match != end;
         ++match)
      statuses.insert((*match)[1]);
  }
  return said;
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE("every failure code is in the table, with the statuses that it gives") {
    CHECK(first_column("## Failure codes") == names_of<FailureCode>());
    std::map<std::string, FailureCode> codes;
    for (const auto code : enumerators<FailureCode>())
      codes.emplace(core::to_string(code), code);
    for (const auto& row : reference("## Failure codes")) {
      CAPTURE(row.at(0));
      const auto failure = failure_with(codes.at(row.at(0)));
      if (row.at(1) != "-")
        CHECK(row.at(1) == to_string(results::status_of(std::optional(failure))));
      if (row.at(2) != "-") CHECK(row.at(2) == to_string(results::status_of(failure)));
    }
    std::set<std::string> of_plans;
    for (const auto code : core::failure_codes_of_plans)
      of_plans.emplace(core::to_string(code));
    CHECK(codes_with(1) == of_plans);
  }

  TEST_CASE("the schemas list the codes, statuses, events and records of the tables") {
    const auto result = schema("result");
    const auto removal = schema("removal");
    const char* const code = "/definitions/error/properties/code/enum";
    CHECK(as_set(result.at(json::json_pointer(code))) == codes_with(1));
    CHECK(as_set(removal.at(json::json_pointer(code))) == codes_with(2));
    CHECK(as_set(result["properties"]["status"]["enum"]) ==
          as_set(first_column("## Statuses of a result")));
    CHECK(as_set(removal["properties"]["status"]["enum"]) ==
          as_set(first_column("## Statuses of a removal")));
    CHECK(as_set(schema("event")["properties"]["event"]["enum"]) ==
          as_set(first_column("## Events")));
    CHECK(as_set(schema("journal")["properties"]["record"]["enum"]) ==
          as_set(first_column("## Records of a journal")));
  }

  TEST_CASE("every status is in its table") {
    CHECK(first_column("## Statuses of a result") == names_of<results::Status>());
    CHECK(first_column("## Statuses of a removal") == names_of<results::RemovalStatus>());
    CHECK(results::all_statuses.size() == enumerators<results::Status>().size());
  }

  TEST_CASE("every kind of event and of record is in its table") {
    Names events;
    for (const auto kind : enumerators<results::EventKind>()) {
      results::Event event;
      event.kind = kind;
      events.push_back(json::parse(results::to_line(event))["event"]);
    }
    CHECK(first_column("## Events") == events);
    CHECK(std::variant_size_v<journal::Record> == first_column("## Records of a journal").size());
  }

  TEST_CASE("every phase is in the table, and --deadline takes exactly those") {
    const auto phases = first_column("## Phases");
    CHECK(phases == Names(results::phase_names.begin(), results::phase_names.end()));
    const auto deadline_fault = [](const std::string& phase) {
      const auto ended = run_program({from_build("SMOLFLEET_EXE"), "up", "--smolvm", "/nonexistent",
                                      "--deadline", phase + "=5"});
      CHECK(ended.exit == 2);
      return ended.err.find("is not PHASE=SECONDS") != std::string::npos;
    };
    for (const auto& phase : phases)
      CHECK_FALSE(deadline_fault(phase));
    CHECK(deadline_fault("ca"));
    const auto fault = run_program({from_build("SMOLFLEET_EXE"), "up", "--deadline", "no=5"}).err;
    for (const auto& phase : phases)
      CHECK(fault.find(phase) != std::string::npos);
  }

  TEST_CASE("every exit status is in the table, in the README and in the help") {
    const auto statuses = as_set(first_column("## Exit statuses"));
    CHECK(statuses == exit_statuses());
    std::multiset<std::set<std::string>> of_commands;
    std::size_t column = 0;
    for (const auto* command : {"up", "down", "check", "doctor", "report"}) {
      CAPTURE(command);
      const auto own = first_column_with(++column, "## Exit statuses");
      of_commands.insert(own);
      const auto help = run_program({from_build("SMOLFLEET_EXE"), command, "--help"}).out;
      CHECK(statuses_said_in(help) == std::vector{own});
    }
    const auto in_readme = statuses_said_in(document("README.md"));
    CHECK(std::multiset(in_readme.begin(), in_readme.end()) == of_commands);
  }

  TEST_CASE("every metric is in the table with its type and labels") {
    metrics::FleetMetrics metrics("1", [] { return metrics::Situation(); });
    const auto text = parse_metrics(metrics.text());
    std::map<std::string, std::string> documented;
    for (const auto& row : reference("## Metrics")) {
      documented[row.at(0)] = row.at(1);
      const auto label = row.at(2).empty() ? "" : "{" + row.at(2) + "=\"";
      const auto has_it = [&](const auto& sample) {
        return sample.first.starts_with(row.at(0)) && sample.first.find(label) != std::string::npos;
      };
      CAPTURE(row.at(0));
      CHECK(std::ranges::any_of(text.samples, has_it));
    }
    CHECK(documented == text.types);
  }

  TEST_CASE("the README's table of a result has the same statuses and phases") {
    const auto rows = table_under("### A result", document("README.md"));
    const auto said_of = [&](const std::string& key) {
      const auto is_it = [&](const auto& row) { return row.at(0) == key; };
      const auto row = std::ranges::find_if(rows, is_it);
      REQUIRE(row != rows.end());
      return row->at(1);
    };
    const auto statuses = said_of("status");
    for (const auto& status : first_column("## Statuses of a result"))
      CHECK(statuses.find(status) != std::string::npos);
    const auto phases = said_of("phases");
    for (const auto& phase : first_column("## Phases"))
      CHECK(phases.find(phase) != std::string::npos);
  }
}
