// What is advised on lines that are no JSON.
#include "plan/syntax_hint.hpp"

#include "lines.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

using namespace smolfleet;
using namespace smolfleet::test;

TEST_SUITE("plan") {
  TEST_CASE("a common mistake is answered with what to do about it") {
    const std::array table = std::to_array<std::pair<std::string, std::string_view>>({
        {R"({"target":"b",})", "Take out the comma"},
        {R"({"target":"b","machine":{"ports":["80" , ]}})", "Take out the comma"},
        {R"({"target":"b"},)", "Take out the comma behind"},
        {R"({'target':"b"})", "double quotes"},
        {R"({"target":'b'})", "double quotes"},
        {R"({target:"b"})", "double quotes"},
        {R"({"id":"a", target : "b"})", "double quotes"},
        {R"({"target":"b","timeout_s":None})", "null, true and false"},
        {R"({"target":"b","machine":{"net":True}})", "null, true and false"},
        {R"({"target":"b","timeout_s":nan})", "null, true and false"},
        {R"({"target":"b" "id":"c"})", "comma or a colon"},
        {R"({"target" "b"})", "comma or a colon"},
        {R"({"target":"b","workdir":"C:\work"})", "backslash"},
        {R"({"target":"b"} // the first one)", "no comments"},
        {"{\"target\":\"a\tb\"}", "control characters"},
        {R"({"target":"b")", "jq -c"},
        {R"({)", "jq -c"},
        {R"(  "target": "b",)", "jq -c"},
        {"}", "jq -c"},
        {R"([{"target":"b"}])", "jq -c '.[]'"},
        {R"({"target":"b"}{"target":"c"})", "one JSON object per line"},
        {R"(nonsense)", "one JSON object per line"},
        {R"({"target":"b","timeout_s":1e999})", "1.8e308"},
        {"\xFF\xFE{", "utf-16"},
        {std::string("{\0\"\0", 4), "utf-16"},
        {"{\"target\":\"\xE9\"}", "latin1"},
    });
    for (const auto& [line, hint] : table) {
      CAPTURE(line);
      CHECK(refused(line).failure.hint.value_or("").contains(hint));
    }
  }

  TEST_CASE("advice is there for every place of a line") {
    const std::string line = R"({"target":"b",'x':None,"y":"\q"} #)";
    for (std::size_t position = 0; position <= line.size() + 2; ++position)
      CHECK(plan::syntax_hint(line, position).size() > 10);
    CHECK(plan::syntax_hint("", 1).size() > 10);
  }
}
