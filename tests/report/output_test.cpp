// Files that are whole or not there.
#include "smolfleet/report/output.hpp"

#include "../support/program.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

using smolfleet::report::destination;
using smolfleet::report::Output;
using smolfleet::test::TempDir;

namespace {

std::ptrdiff_t files_in(const TempDir& directory) {
  return std::distance(std::filesystem::directory_iterator(directory.path()), {});
}

mode_t mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

/// The umask of the process, for the scope.
class ScopedMask {
 public:
  explicit ScopedMask(mode_t mask) : before_(::umask(mask)) {}
  ScopedMask(const ScopedMask&) = delete;
  ScopedMask& operator=(const ScopedMask&) = delete;
  ~ScopedMask() { ::umask(before_); }

 private:
  mode_t before_;
};

void write_file(const std::string& path) {
  auto output = Output::open(path);
  REQUIRE(output);
  output->write("text");
  CHECK_FALSE(output->commit());
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

  TEST_CASE("a new file has the mode of any other, and one that is replaced keeps its own") {
    const TempDir directory;
    const auto page = directory.path("page");
    {
      const ScopedMask mask(027);
      write_file(page);
    }
    CHECK(mode_of(page) == 0640);
    for (const mode_t mode : {0600U, 0444U, 0664U}) {
      REQUIRE(::chmod(page.c_str(), mode) == 0);
      write_file(page);
      CHECK(mode_of(page) == mode);
    }
  }

  TEST_CASE("files that were left under temporary names are in nobody's way, and stay") {
    const TempDir directory;
    directory.write("page.part-" + std::to_string(::getpid()), "of a crash");
    write_file(directory.path("page"));
    CHECK(directory.read("page") == "text");
    CHECK(files_in(directory) == 2);
  }

  TEST_CASE("two that are written at once appear each when it is committed") {
    const TempDir directory;
    auto one = Output::open(directory.path("page"));
    auto other = Output::open(directory.path("page"));
    REQUIRE((one && other));
    one->write("one");
    other->write("other");
    CHECK_FALSE(other->finish());
    CHECK_FALSE(one->commit());
    CHECK(directory.read("page") == "one");
    CHECK_FALSE(other->commit());
    CHECK(directory.read("page") == "other");
    CHECK(files_in(directory) == 1);
  }

  TEST_CASE("a path leads to one place whatever it is called, also before there is a file") {
    const TempDir directory;
    const auto page = destination(directory.path("page"));
    CHECK(destination(directory.path("./page")) == page);
    CHECK(destination(directory.path("none/../page")) == page);
    std::filesystem::create_symlink("page", directory.path("link"));
    CHECK(destination(directory.path("link")) == page);
    write_file(directory.path("link"));
    CHECK(std::filesystem::is_symlink(directory.path("link")));
    CHECK(directory.read("page") == "text");
    CHECK(destination(directory.path("link")) == page);
    CHECK(destination("page") == std::filesystem::current_path() / "page");
    std::filesystem::create_symlink("loop", directory.path("loop"));
    CHECK(destination(directory.path("loop")) != page);
  }
}
