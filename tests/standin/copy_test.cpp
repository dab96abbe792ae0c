// cp: modes and owners, parents, replacement, the colon rule, and what it refuses.
#include "playground.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace smolfleet::standin::tests {
namespace {

std::string slurp(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

TEST_SUITE_BEGIN("copy");

TEST_CASE("an upload belongs to root, has mode 0644 and makes its parents") {
  const Playground playground("sandbox");
  playground.bring_up("web");
  const auto source = playground.write("source", "content");
  REQUIRE(::chmod(source.c_str(), 0600) == 0);
  const auto copied = playground.machine({"cp", source, "web:/root/new/deep/file"});
  CHECK(copied.code == 0);
  CHECK(copied.out.empty());
  CHECK(copied.err ==
        "Uploading " + source + " -> web:/root/new/deep/file: 7 B / 7 B (100.0%, 7 B/s)\n");
  CHECK(playground.shell("web", "cat /root/new/deep/file; stat -c ' %a %u:%g' /root/new/deep/file")
            .out == "content 644 0:0\n");
}

TEST_CASE("a mode and owners can be chosen, and an older file is replaced as a whole") {
  const Playground playground("sandbox");
  playground.bring_up("web");
  const auto source = playground.write("source", "new");
  const auto owner = ::geteuid() == 0 ? "12" : "0";
  REQUIRE(
      playground.shell("web", "echo an older and longer file >/root/f; chmod 777 /root/f").code ==
      0);
  const auto copied = playground.machine(
      {"cp", source, "web:/root/f", "--mode", "0640", "--uid", owner, "--gid", owner});
  CHECK_MESSAGE(copied.code == 0, copied.err);
  CHECK(playground
            .shell("web", "cat /root/f; stat -c ' %a %u' /root/f; ls -A /root | grep -c '^[.]f'")
            .out == std::string("new 640 ") + owner + "\n0\n");
}

TEST_CASE("a colon in the source makes a download, wherever it stands") {
  const Playground playground("sandbox");
  playground.bring_up("web");
  const auto target = playground.directory().native() + "/target";
  REQUIRE(playground.shell("web", "printf inside >/root/f").code == 0);
  CHECK(playground.machine({"cp", "web:/root/f", target}).code == 0);
  CHECK(slurp(target) == "inside");
  // smolvm takes the part before the colon for a machine, however much it looks like a path.
  const auto odd = playground.write("od:d", "x");
  CHECK(playground.machine({"cp", odd, "web:/root/g"}).err ==
        "Error: vm not found: " + playground.directory().native() + "/od\n");
  CHECK(playground.machine({"cp", target, "/root/g"}).err ==
        "Error: config operation failed: cp: one of SRC or DST must use machine:path syntax (e.g., "
        "myvm:/workspace/file)\n");
}

TEST_CASE("only regular files go up, and only to full file paths") {
  const Playground playground("sandbox");
  playground.bring_up("web");
  const auto source = playground.write("source", "x");
  CHECK(playground.machine({"cp", "/etc", "web:/root/etc"}).err ==
        "Error: agent operation failed: read source file: Is a directory (os error 21)\n");
  CHECK(playground.machine({"cp", "/no/such/file", "web:/root/x"}).err ==
        "Error: agent operation failed: read local file: /no/such/file: No such file or directory "
        "(os "
        "error 2)\n");
  CHECK(playground.machine({"cp", source, "web:/root"}).err ==
        "Error: agent operation failed: write file: /root: Is a directory (os error 21)\n");
  CHECK(playground.machine({"cp", source, "web:/root/../etc/x"}).code == 1);
  CHECK(playground.shell("web", "ls -A / | grep -c '^[.]root'").out == "0\n");
}

TEST_CASE("a failed download leaves the local file as it was") {
  const Playground playground("sandbox");
  playground.bring_up("web");
  const auto target = playground.write("target", "before");
  CHECK(playground.machine({"cp", "web:/root/nothing", target}).code == 1);
  CHECK(slurp(target) == "before");
}

TEST_CASE("large files arrive whole") {
  const Playground playground("sandbox");
  playground.bring_up("web");
  std::string content;
  for (int i = 0; content.size() < 3'000'000; ++i)
    content += std::to_string(i) + "\n";
  const auto source = playground.write("source", content);
  const auto up = playground.machine({"cp", source, "web:/root/large"});
  CHECK(up.code == 0);
  CHECK(up.err.contains("2.9 MiB / 2.9 MiB"));
  const auto target = playground.directory().native() + "/target";
  CHECK(playground.machine({"cp", "web:/root/large", target}).code == 0);
  CHECK(slurp(target) == content);
}

TEST_SUITE_END();

}  // namespace
}  // namespace smolfleet::standin::tests
