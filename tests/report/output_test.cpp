// Files that are whole or not there.
#include "smolfleet/report/output.hpp"

#include "../support/program.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using smolfleet::report::Output;
using smolfleet::test::TempDir;

namespace {

std::ptrdiff_t files_in(const TempDir& directory) {
  return std::distance(std::filesystem::directory_iterator(directory.path()), {});
}

}  // namespace

TEST_SUITE("report") {
  TEST_CASE("a file appears under its name when it is whole, and takes another's place then") {
    const TempDir directory;
    directory.write("page", "before");
    auto output = Output::open(directory.path("page"));
    REQUIRE(output);
    const std::string large(1'000'000, 'x');
    output->write(large);
    output->write("y");
    CHECK(directory.read("page") == "before");
    CHECK_FALSE(output->commit());
    CHECK(directory.read("page") == large + "y");
    CHECK(files_in(directory) == 1);
  }

  TEST_CASE("what is not committed leaves nothing") {
    const TempDir directory;
    {
      auto output = Output::open(directory.path("page"));
      REQUIRE(output);
      output->write("half");
    }
    CHECK(files_in(directory) == 0);
  }

  TEST_CASE("a link stays a link, and a device is written as it is") {
    const TempDir directory;
    directory.write("file", "before");
    std::filesystem::create_symlink("file", directory.path("link"));
    auto output = Output::open(directory.path("link"));
    REQUIRE(output);
    output->write("after");
    CHECK_FALSE(output->commit());
    CHECK(std::filesystem::is_symlink(directory.path("link")));
    CHECK(directory.read("file") == "after");

    auto null = Output::open("/dev/null");
    REQUIRE(null);
    null->write("gone");
    CHECK_FALSE(null->commit());
    CHECK(std::filesystem::is_character_file("/dev/null"));
    auto full = Output::open("/dev/full");
    REQUIRE(full);
    full->write("too much");
    CHECK(full->commit() == std::errc::no_space_on_device);
  }

  TEST_CASE("a directory, and a place that is not there, are refused at once") {
    const TempDir directory;
    const auto there = Output::open(directory.path());
    CHECK((!there && there.error() == std::errc::is_a_directory));
    const auto nowhere = Output::open(directory.path("no/such/page"));
    CHECK((!nowhere && nowhere.error() == std::errc::no_such_file_or_directory));
  }
}
