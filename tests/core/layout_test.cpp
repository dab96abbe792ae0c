// Paragraphs and colours.
#include "smolfleet/core/layout.hpp"

#include <doctest/doctest.h>

using namespace smolfleet;

TEST_SUITE("core") {
  TEST_CASE("a paragraph is broken at spaces, and its further lines are indented") {
    CHECK(core::paragraph("one two three", 0, 2, 80) == "one two three");
    CHECK(core::paragraph("one two three", 0, 2, 8) == "one two\n  three");
    CHECK(core::paragraph("one two three", 4, 4, 11) == "one two\n    three");
    CHECK(core::paragraph("one two three", 5, 4, 11) == "one\n    two\n    three");
    CHECK(core::paragraph("", 0, 2, 80).empty());
  }

  TEST_CASE("a word that is longer than a line stays whole") {
    CHECK(core::paragraph("a /a/very/long/path b", 0, 1, 6) == "a\n /a/very/long/path\n b");
  }

  TEST_CASE("characters are counted, not bytes") {
    CHECK(core::paragraph("\xC3\xA9\xC3\xA9 \xC3\xA9\xC3\xA9", 0, 0, 5) ==
          "\xC3\xA9\xC3\xA9 \xC3\xA9\xC3\xA9");
  }

  TEST_CASE("without colours a text is as it was") {
    CHECK(core::Palette(false).red("no") == "no");
    CHECK(core::Palette(true).red("no") == "\x1b[1;31mno\x1b[0m");
  }
}
