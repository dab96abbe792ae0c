// Text from outside: UTF-8 repaired, cut, made harmless.
#include "smolfleet/core/text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace smolfleet;

namespace {

constexpr auto everything = std::string::npos;

}  // namespace

TEST_SUITE_BEGIN("core");

TEST_CASE("well-formed UTF-8 of every length passes") {
  for (const auto* text :
       {"", "a", "\x7F", "\xC2\x80", "é", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
        "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "aé€😀"}) {
    CHECK(core::find_invalid_utf8(text) == std::string::npos);
    CHECK(core::valid_utf8(text) == text);
  }
}

TEST_CASE("ill-formed UTF-8 is found where it begins") {
  CHECK(core::find_invalid_utf8("\x80") == 0);
  CHECK(core::find_invalid_utf8("ab\xFF") == 2);
  CHECK(core::find_invalid_utf8("é\xC3") == 2);
  CHECK(core::find_invalid_utf8("a\xC0\xAF") == 1);          // overlong
  CHECK(core::find_invalid_utf8("a\xE0\x9F\xBF") == 1);      // overlong
  CHECK(core::find_invalid_utf8("a\xF0\x8F\xBF\xBF") == 1);  // overlong
  CHECK(core::find_invalid_utf8("a\xED\xA0\x80") == 1);      // a surrogate
  CHECK(core::find_invalid_utf8("a\xF4\x90\x80\x80") == 1);  // above U+10FFFF
  CHECK(core::find_invalid_utf8("a\xF5\x80\x80\x80") == 1);
  CHECK(core::find_invalid_utf8("\xE2\x82") == 0);
}

TEST_CASE("each ill-formed sequence becomes one U+FFFD") {
  CHECK(core::valid_utf8("\xFF") == "\uFFFD");
  CHECK(core::valid_utf8("a\x80z") == "a\uFFFDz");
  CHECK(core::valid_utf8("\xE2\x82"
                         "z") == "\uFFFDz");
  CHECK(core::valid_utf8("\xE2\x82") == "\uFFFD");
  CHECK(core::valid_utf8("\xF0\x9F\x98") == "\uFFFD");
  CHECK(core::valid_utf8("\xE2\xE2\x82\xAC") == "\uFFFD€");
  CHECK(core::valid_utf8("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");
}

TEST_CASE("a head or a tail never has a part of a character") {
  const std::string text = "aé€😀";  // 1 + 2 + 3 + 4 bytes
  CHECK(core::utf8_head(text, 0) == "");
  CHECK(core::utf8_head(text, 1) == "a");
  CHECK(core::utf8_head(text, 2) == "a");
  CHECK(core::utf8_head(text, 3) == "aé");
  CHECK(core::utf8_head(text, 5) == "aé");
  CHECK(core::utf8_head(text, 9) == "aé€");
  CHECK(core::utf8_head(text, 10) == text);
  CHECK(core::utf8_head(text, 99) == text);
  CHECK(core::utf8_tail(text, 0) == "");
  CHECK(core::utf8_tail(text, 3) == "");
  CHECK(core::utf8_tail(text, 4) == "😀");
  CHECK(core::utf8_tail(text, 6) == "😀");
  CHECK(core::utf8_tail(text, 7) == "€😀");
  CHECK(core::utf8_tail(text, 10) == text);
}

TEST_CASE("of what is no UTF-8 a head or a tail keeps something all the same") {
  const std::string text(20, '\x80');
  CHECK(core::utf8_head(text, 10).size() == 10);
  CHECK(core::utf8_tail(text, 10).size() == 10);
}

TEST_CASE("printable text shows what a terminal would act on") {
  CHECK(core::printable("plain é \\ \"", everything) == "plain é \\ \"");
  CHECK(core::printable(std::string("\0\x1B[0m\n\x7F", 7), everything) ==
        "\\u0000\\u001b[0m\\u000a\\u007f");
  CHECK(core::printable("\u0085\u061C\u200F\u2028\u202E\u2066\uFEFF", everything) ==
        "\\u0085\\u061c\\u200f\\u2028\\u202e\\u2066\\ufeff");
  CHECK(core::printable("a\xFFz", everything) == "a\uFFFDz");
  const auto once = core::printable("\x1B\\", everything);
  CHECK(core::printable(once, everything) == once);
}

TEST_CASE("printable text that is cut says so") {
  CHECK(core::printable("abcdef", 6) == "abcdef");
  CHECK(core::printable("abcdef", 3) == "abc…");
  CHECK(core::printable("aé", 2) == "a…");
}

TEST_CASE("trimming takes white space from both ends only") {
  CHECK(core::trimmed("") == "");
  CHECK(core::trimmed(" \t\r\n\v\f") == "");
  CHECK(core::trimmed("\n a b \r\n") == "a b");
}

TEST_SUITE_END();
