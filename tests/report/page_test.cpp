// The page as text: its data, and that nothing that it shows can become part of it.
#include "smolfleet/report/page.hpp"

#include "fabricated.hpp"
#include "report/assets.hpp"

#include <doctest/doctest.h>

#include <regex>
#include <string>
#include <string_view>
#include <vector>

using namespace smolfleet;
using namespace smolfleet::test;
using nlohmann::json;

namespace {

std::string page_of(const std::vector<json>& results, std::string_view title = "t") {
  const auto guests = read_texts({lines_of_json(results)}).guests;
  std::string page;
  report::write_page([&](std::string_view piece) { page += piece; }, guests,
                     report::summarize(guests), title);
  return page;
}

std::string data_text(const std::string& page) {
  const std::string head = R"(<script type="application/json" id="data">)";
  const auto begin = page.find(head) + head.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

json data_of(const std::string& page) {
  return json::parse(data_text(page));
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

}  // namespace

TEST_SUITE("report") {
  TEST_CASE("a page holds every guest as a row") {
    const auto data = data_of(page_of({ok_result("a", 1), failed_result("b", 2)}));
    CHECK(data["origin"] == 1'795'428'000'100);
    REQUIRE(data["guests"].size() == 2);
    const auto& row = data["guests"][1];
    CHECK(row[0] == "b");
    CHECK(row[1] == "vm-b");
    CHECK(row[4] == 1);
    CHECK(row[5] == 0);
    CHECK(row[7] == 500.25);
    CHECK(row[10] == "start_failed");
    CHECK(row[12] == "no");
    CHECK(row[13] == json::parse("[0,0.5,10,2,0,1,20.125,300,1,1]"));
    CHECK(data["failures"][0]["examples"][0]["output"] == "it said no");
    CHECK(data["phases"][1]["times"]["p99"] == 300);
    CHECK(data_of(page_of({}))["guests"].empty());
  }

  TEST_CASE("hostile text stays data") {
    const std::string hostile = "</script><script>alert(1)</script><!--<script>]]>&\xe2\x80\xa8'\"";
    auto result = failed_result("a", 1);
    result["id"] = hostile;
    result["error"]["message"] = hostile;
    result["error"]["stderr"] = hostile;
    result["error"]["hint"] = hostile;
    result["error"]["code"] = hostile;
    result["run"] = hostile;
    const auto plain = page_of({failed_result("a", 1)}, "t");
    const auto page = page_of({result}, hostile);
    for (const auto* part : {"<script", "</script", "<!--", "<!DOCTYPE"})
      CHECK(count_of(page, part) == count_of(plain, part));
    CHECK(data_text(page).find_first_of("<>&") == std::string::npos);
    CHECK(data_of(page)["guests"][0][12] == hostile);
    CHECK(data_of(page)["runs"][0]["id"] == hostile);
    CHECK(page.find("<title>&lt;/script&gt;") != std::string::npos);
  }

  TEST_CASE("the page's scripts can stand in a page, and it names no other address") {
    for (const auto script : {report::assets::library(), report::assets::program()}) {
      CHECK(script.find("</script") == std::string_view::npos);
      CHECK(script.find("<!--") == std::string_view::npos);
      CHECK(script.find('\r') == std::string_view::npos);
    }
    const std::string outline(report::assets::page());
    CHECK_FALSE(std::regex_search(outline, std::regex(R"(<(link|img|iframe|object|base)\b)")));
    CHECK_FALSE(std::regex_search(outline, std::regex(R"(\b(src|href)\s*=)")));
    CHECK(report::assets::style().find("url(") == std::string_view::npos);
    const auto page = page_of({ok_result("a", 1)});
    CHECK(page.find("default-src 'none'") != std::string::npos);
    CHECK(page.find("Apache ECharts\nCopyright") != std::string::npos);
    CHECK(page.find("Mike Bostock") != std::string::npos);
  }

  TEST_CASE("long texts are cut, and the output of a failure's first guests is enough") {
    std::vector<json> fleet;
    for (std::uint64_t line = 1; line <= 20; ++line) {
      auto result = failed_result("g" + std::to_string(line), line);
      result["error"]["stderr"] = std::string(50'000, 'x');
      result["error"]["message"] = std::string(50'000, 'y');
      fleet.push_back(result);
    }
    const auto data = data_text(page_of(fleet));
    CHECK(data.size() < 60'000);
    CHECK(json::parse(data)["failures"][0]["examples"].size() == 5);
  }
}
