// Words and commands of a shell, held against a shell.
#include "smolfleet/core/shell.hpp"

#include "../support/program.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

using namespace smolfleet;

namespace {

/// Words with everything in them that a shell treats specially.
const std::vector<std::string> hard_words = {
    "plain", "",  "two words", "it's",     "$HOME `id` \"x\" \\", "a\nb", "\x1b[31mred", "*?[a]~",
    "-",     "#", "h\xC3\xA9", "\xFF\xC3", "1\xE2\x80\xAE"};

/// What bash makes of a text, word by word.
std::vector<std::string> words_of(const std::string& text) {
  const auto ended =
      test::run_program({"/bin/bash", "-c", "f() { printf '%s\\0' \"$@\"; }; f " + text});
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < ended.out.size();) {
    const auto end = ended.out.find('\0', begin);
    words.push_back(ended.out.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

}  // namespace

TEST_SUITE("core") {
  TEST_CASE("a word is read by a shell as what it was, and quoted only where it must be") {
    for (const auto& word : hard_words) {
      CAPTURE(word);
      CHECK(words_of(core::shell_word(word)) == std::vector{word});
    }
    CHECK(core::shell_word("/a/b.c:d=e,f@g+h%i_j-k") == "/a/b.c:d=e,f@g+h%i_j-k");
    CHECK(core::shell_word("two words") == "'two words'");
    CHECK(core::shell_word("it's") == R"("it's")");
    CHECK(core::shell_word("it's $5") == R"('it'\''s $5')");
  }

  TEST_CASE("a word to be read has nothing in it that a terminal would act on") {
    for (const auto& word : hard_words) {
      const auto shown = core::shell_word(word);
      CHECK(std::ranges::none_of(shown, [](unsigned char c) { return c < ' ' || c == 0x7F; }));
    }
    CHECK(core::shell_word("\x1b[0m\n") == R"($'\x1b[0m\n')");
  }

  TEST_CASE("a command in lines is read by a shell as the same command") {
    CHECK(words_of(core::shell_command(hard_words, 2, 4, 20)) == hard_words);
  }

  TEST_CASE("a command is broken before what does not fit, and an option keeps its value") {
    const std::array<std::string, 6> argv = {"smolvm", "machine", "create", "--net", "--name", "b"};
    CHECK(core::shell_command(argv, 0, 2, 80) == "smolvm machine create --net --name b");
    CHECK(core::shell_command(argv, 0, 2, 35) == "smolvm machine create --net \\\n  --name b");
    CHECK(core::shell_command(argv, 0, 2, 36) == "smolvm machine create --net --name b");
    CHECK(core::shell_command(argv, 1, 2, 36) == "smolvm machine create --net \\\n  --name b");
  }

  TEST_CASE("a word that is longer than a line stays whole, and so does what follows --") {
    const std::array<std::string, 2> long_word = {"a", "a-word-that-is-longer"};
    CHECK(core::shell_command(long_word, 0, 2, 10) == "a \\\n  a-word-that-is-longer");
    const std::array<std::string, 5> run = {"exec", "--", "sh", "-c", "id -u"};
    CHECK(core::shell_command(run, 0, 2, 10) == "exec \\\n  -- sh -c 'id -u'");
  }
}
