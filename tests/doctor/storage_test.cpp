// What is said of directories.
#include "smolfleet/doctor/storage.hpp"

#include "../support/program.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <string>

using namespace smolfleet::doctor;

namespace {

Variable environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

Room room_with(std::uint64_t free_mib, std::optional<std::uint64_t> free_inodes = 100'000) {
  return {.wanted = "/home/ann/.cache/smolvm/vms",
          .found = "/home/ann",
          .is_directory = true,
          .is_writable = true,
          .free_mib = free_mib,
          .free_inodes = free_inodes};
}

}  // namespace

TEST_SUITE("doctor") {
  TEST_CASE("smolvm's directories follow HOME, the XDG variables, and SMOLVM_DATA_DIR over all") {
    const auto at_home = directories(environment({{"HOME", "/home/ann"}}));
    CHECK(at_home.database == "/home/ann/.local/share/smolvm/server");
    CHECK(at_home.machines == "/home/ann/.cache/smolvm/vms");
    CHECK(at_home.temporary == "/tmp");
    auto variables = std::map<std::string, std::string>{{"HOME", "/home/ann"},
                                                        {"XDG_DATA_HOME", "/data"},
                                                        {"XDG_CACHE_HOME", "/cache"},
                                                        {"TMPDIR", "/scratch"}};
    const auto xdg = directories(environment(variables));
    CHECK(xdg.database == "/data/smolvm/server");
    CHECK(xdg.machines == "/cache/smolvm/vms");
    CHECK(xdg.temporary == "/scratch");
    variables["SMOLVM_DATA_DIR"] = "/fleet";
    const auto own = directories(environment(variables));
    CHECK(own.database == "/fleet/.local/share/smolvm/server");
    CHECK(own.machines == "/fleet/.cache/smolvm/vms");
  }

  TEST_CASE("a directory that is not there yet is judged by the one above it") {
    const smolfleet::test::TempDir directory;
    const auto room = look_at(directory.path("a/b/c"));
    CHECK(room.found == directory.path());
    CHECK(room.is_directory);
    CHECK(room.is_writable);
    CHECK(room.free_mib.has_value());
    directory.write("file", "");
    CHECK_FALSE(look_at(directory.path("file/a")).is_directory);
  }

  TEST_CASE("room for machines is enough, little, or too little") {
    CHECK(judge_machines(room_with(20'000))[0].level == Level::ok);
    CHECK(judge_machines(room_with(20'000, std::nullopt))[0].level == Level::ok);
    CHECK(judge_machines(room_with(5000))[0].level == Level::warning);
    CHECK(judge_machines(room_with(100))[0].level == Level::problem);
    CHECK(judge_machines(room_with(20'000, 10))[0].level == Level::warning);
    CHECK(judge_machines(room_with(20'000, 0))[0].level == Level::problem);
    CHECK(judge_database(room_with(100))[0].level == Level::warning);
    auto unknown = room_with(0);
    unknown.free_mib = std::nullopt;
    CHECK(judge_machines(unknown)[0].level == Level::info);
  }

  TEST_CASE("what cannot be written to is a problem that names it") {
    auto room = room_with(20'000);
    room.is_writable = false;
    const auto finding = judge_database(room)[0];
    CHECK(finding.level == Level::problem);
    CHECK(finding.text.find("/home/ann") != std::string::npos);
    CHECK(finding.mend.value().find("SMOLVM_DATA_DIR") != std::string::npos);
    room.is_directory = false;
    CHECK(judge_temporary(room)[0].text.find("is no directory") != std::string::npos);
  }

  TEST_CASE("a path that is too long for a guest's socket is a problem") {
    auto room = room_with(20'000);
    room.wanted = "/" + std::string(79, 'a');  // with "/<16 hex>/agent.sock" 108 bytes
    REQUIRE(judge_machines(room).size() == 2);
    CHECK(judge_machines(room)[1].level == Level::problem);
    room.wanted = "/" + std::string(78, 'a');
    CHECK(judge_machines(room).size() == 1);
  }

  TEST_CASE("a directory for temporary files must be there, for nobody makes it") {
    auto room = room_with(100);
    const auto finding = judge_temporary(room)[0];
    CHECK(finding.level == Level::problem);
    CHECK(finding.text.starts_with("/home/ann/.cache/smolvm/vms: there is no such directory"));
    CHECK(finding.mend.value().starts_with("mkdir -p /home/ann/.cache/smolvm/vms, or "));
    room.found = room.wanted;
    CHECK(judge_temporary(room)[0].level == Level::ok);
    const smolfleet::test::TempDir directory;
    CHECK(judge_temporary(look_at(directory.path("a/b")))[0].level == Level::problem);
    CHECK(judge_temporary(look_at(directory.path() + "/"))[0].level != Level::problem);
  }

  TEST_CASE("a directory for temporary files with a colon is a problem") {
    auto room = room_with(20'000);
    room.wanted = "/tmp/a:b";
    CHECK(judge_temporary(room)[0].level == Level::problem);
    CHECK(judge_temporary(room)[0].mend.value().find("TMPDIR") != std::string::npos);
  }
}
