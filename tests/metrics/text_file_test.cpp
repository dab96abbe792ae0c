// A file that is replaced as a whole.
#include "smolfleet/metrics/text_file.hpp"

#include "../support/program.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace smolfleet;
using metrics::TextFile;
namespace fs = std::filesystem;

TEST_SUITE("metrics") {
  TEST_CASE("who has the file open goes on reading the old one, and nothing else is left") {
    const test::TempDir directory;
    const TextFile file(directory.path("fleet.prom"));
    CHECK(file.check());
    CHECK(fs::is_empty(directory.path()));
    CHECK_FALSE(file.write("first"));
    std::ifstream reader(directory.path("fleet.prom"));
    CHECK_FALSE(file.write("second"));
    CHECK(std::string(std::istreambuf_iterator<char>(reader), {}) == "first");
    CHECK(directory.read("fleet.prom") == "second");
    CHECK(std::distance(fs::directory_iterator(directory.path()), {}) == 1);
    const auto others = fs::status(directory.path("fleet.prom")).permissions();
    CHECK((others & fs::perms::others_write) == fs::perms::none);
  }

  TEST_CASE("a link that waits under the temporary name leads nowhere") {
    const test::TempDir directory;
    directory.write("victim", "precious");
    const auto trap = directory.path(".fleet.prom." + std::to_string(::getpid()) + ".tmp");
    fs::create_symlink(directory.path("victim"), trap);
    CHECK_FALSE(TextFile(directory.path("fleet.prom")).write("metrics"));
    CHECK(directory.read("victim") == "precious");
    CHECK(directory.read("fleet.prom") == "metrics");
  }

  TEST_CASE("what is no regular file is not replaced") {
    const test::TempDir directory;
    fs::create_directory(directory.path("directory"));
    fs::create_symlink("/nonexistent", directory.path("link"));
    for (const auto* name : {"directory", "link"}) {
      const auto checked = TextFile(directory.path(name)).check();
      REQUIRE_FALSE(checked);
      CHECK(checked.error().find("no regular file") != std::string::npos);
    }
    CHECK_FALSE(TextFile("/dev/null").check());
  }

  TEST_CASE("a directory that is not there is named, and after an error the file is as it was") {
    const test::TempDir directory;
    const auto checked = TextFile(directory.path("none/fleet.prom")).check();
    REQUIRE_FALSE(checked);
    CHECK(checked.error().find("none/fleet.prom: No such file") != std::string::npos);
    CHECK(TextFile(directory.path("none/fleet.prom")).write("x"));
  }
}
