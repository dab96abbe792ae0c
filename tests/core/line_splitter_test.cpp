// Lines out of bytes, in whatever pieces they arrive.
#include "smolfleet/core/line_splitter.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using smolfleet::core::LineSplitter;

namespace {

/// "number:text" of every line, with "!" for one that is too long.
std::vector<std::string> split(std::string_view bytes, std::size_t chunk, std::size_t longest) {
  LineSplitter splitter(longest);
  std::vector<std::string> lines;
  const auto take_all = [&] {
    while (const auto line = splitter.take()) {
      lines.push_back(std::to_string(line->number) + ":" + (line->too_long ? "!" : line->text));
    }
  };
  for (std::size_t at = 0; at < bytes.size(); at += chunk) {
    splitter.append(bytes.substr(at, chunk));
    take_all();
  }
  splitter.finish();
  take_all();
  return lines;
}

void check_in_all_chunks(std::string_view bytes, std::size_t longest,
                         const std::vector<std::string>& expected) {
  for (std::size_t chunk = 1; chunk <= bytes.size() + 1; ++chunk) {
    CAPTURE(chunk);
    CHECK(split(bytes, chunk, longest) == expected);
  }
}

}  // namespace

TEST_SUITE("core") {
  TEST_CASE("LF and CRLF end a line, the last one needs no end, blank ones count and vanish") {
    check_in_all_chunks("a\nb\r\n\n \t\r\nc\n\nd", 8, {"1:a", "2:b", "5:c", "7:d"});
  }

  TEST_CASE("a CR inside a line stays") {
    check_in_all_chunks("a\rb\r\n", 8, {"1:a\rb"});
  }

  TEST_CASE("nothing is no line") {
    check_in_all_chunks("", 8, {});
    check_in_all_chunks("\n\n", 8, {});
  }

  TEST_CASE("a line of exactly the limit passes, also with CRLF, one byte more does not") {
    check_in_all_chunks("1234\n12345\n1234\r\n12345\r\nx", 4,
                        {"1:1234", "2:!", "3:1234", "4:!", "5:x"});
    check_in_all_chunks("12345", 4, {"1:!"});
    check_in_all_chunks("1234\r", 4, {"1:1234"});
  }

  TEST_CASE("a line that is far too long is reported once and the next one is found") {
    const auto bytes = std::string(100, 'x') + "\nnext\n" + std::string(100, 'y');
    check_in_all_chunks(bytes, 4, {"1:!", "2:next", "3:!"});
  }

  TEST_CASE("NUL and high bytes are bytes like others") {
    check_in_all_chunks(std::string_view("\0\xff\n", 3), 8, {std::string("1:\0\xff", 4)});
  }

  TEST_CASE("only the last line can lack its end, and says so") {
    LineSplitter splitter(100);
    splitter.append("one\ntwo");
    CHECK(splitter.take().value().ended);
    CHECK_FALSE(splitter.take());
    splitter.finish();
    const auto last = splitter.take();
    CHECK(last.value().text == "two");
    CHECK_FALSE(last->ended);
  }
}
