// The command line: what is accepted, what is refused, and the exact words for it.
#include "playground.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace smolfleet::standin::tests {
namespace {

using Words = std::vector<std::string>;

struct Case {
  Words words;
  int code;
  std::string out;
  std::string err;
};

void check_all(const Playground& playground, const std::vector<Case>& cases) {
  for (const auto& each : cases) {
    std::string line;
    for (const auto& word : each.words)
      line += word + " ";
    CAPTURE(line);
    const auto ended = playground.machine(each.words);
    CHECK(ended.code == each.code);
    CHECK(ended.out == each.out);
    CHECK(ended.err == each.err);
  }
}

std::string usage(const std::string& message, const std::string& usage) {
  return "error: " + message + "\n\nUsage: smolvm machine " + usage +
         "\n\nFor more information, try '--help'.\n";
}

std::string created(const std::string& name, const std::string& extra = "") {
  return "Created machine: " + name + "\n  CPUs: 4, Memory: 8192 MiB\n" + extra +
         "\nUse 'smolvm machine start --name " + name + "' to start the machine\n" +
         "Then use 'smolvm machine exec --name " + name + " -- <command>' to run commands\n";
}

std::string bad_name(const std::string& reason) {
  return "Error: config operation failed: create machine: machine name " + reason + "\n";
}

TEST_SUITE_BEGIN("cli");

TEST_CASE("usage errors are clap's, with exit code 2") {
  const Playground playground("none");
  const std::string create = "create [OPTIONS] [-- <COMMAND>...]";
  const std::string exec = "exec [OPTIONS] -- <COMMAND>...";
  const std::string duration =
      ": expected a duration above zero with its unit, for example 30s, 5m or 500ms";
  check_all(
      playground,
      {
          {{"create", "web"}, 2, "", usage("unexpected argument 'web' found", create)},
          {{"start", "web"}, 2, "", usage("unexpected argument 'web' found", "start [OPTIONS]")},
          {{"stop", "web"}, 2, "", usage("unexpected argument 'web' found", "stop [OPTIONS]")},
          {{"delete"},
           2,
           "",
           usage("the following required arguments were not provided:\n  --name <NAME>",
                 "delete [OPTIONS] --name <NAME>")},
          {{"create", "--user", "x"}, 2, "", usage("unexpected argument '--user' found", create)},
          {{"exec", "-n", "web", "--", "true"},
           2,
           "",
           usage("unexpected argument '-n' found", exec)},
          {{"exec", "--user", "root", "--", "true"},
           2,
           "",
           usage("unexpected argument '--user' found", exec)},
          {{"exec", "--name", "web"},
           2,
           "",
           usage("the following required arguments were not provided:\n  <COMMAND>...", exec)},
          {{"exec", "--timeout", "30", "--", "true"},
           2,
           "",
           usage("invalid value '30' for '--timeout <DURATION>'" + duration, exec)},
          {{"exec", "--timeout=0s", "--", "true"},
           2,
           "",
           usage("invalid value '0s' for '--timeout <DURATION>'" + duration, exec)},
          {{"exec", "-d", "-i", "--", "true"},
           2,
           "",
           usage("the argument '--detach' cannot be used with '--interactive'", exec)},
          {{"create", "-p", "70000"},
           2,
           "",
           usage("invalid value '70000' for '--port <HOST:GUEST>': expected HOST:GUEST or PORT, "
                 "each 1 "
                 "to 65535",
                 create)},
          {{"create", "--image", "a", "--from", "b"},
           2,
           "",
           usage("the argument '--image <IMAGE>' cannot be used with '--from <PATH>'", create)},
          {{"create", "--label", "nothing"},
           2,
           "",
           usage("invalid value 'nothing' for '--label <KEY=VALUE>': expected KEY=VALUE", create)},
          {{"create", "--cpus", "256"},
           2,
           "",
           usage("invalid value '256' for '--cpus <N>': 256 is not in 0..=255", create)},
          {{"create", "--name"},
           2,
           "",
           usage("a value is required for '--name <NAME>' but none was supplied", create)},
          {{"create", "-n", "a", "-n", "b"},
           2,
           "",
           usage("the argument '--name <NAME>' cannot be used multiple times", create)},
          {{"create", "--net=yes"},
           2,
           "",
           usage("unexpected value 'yes' for '--net' found; no more were accepted", create)},
          {{"frobnicate"}, 2, "", usage("unrecognized subcommand 'frobnicate'", "<COMMAND>")},
      });
}

TEST_CASE("create says what smolvm says") {
  const Playground playground("none");
  const auto volume = playground.directory().native() + ":/data:ro";
  check_all(
      playground,
      {
          {{"create", "--name", "plain"}, 0, created("plain"), ""},
          {{"create", "-nfull", "-v", volume, "-p", "8080:80", "-p9000", "--init", "id", "--net"},
           0,
           created("full", "  Mounts: 1\n  Ports: 2\n  Init commands: 1\n"),
           ""},
          {{"create", "--name=plain"},
           1,
           "",
           "Error: config operation failed: create machine: machine 'plain' already exists or is "
           "being "
           "created\n"},
          {{"create", "-n", "w", "--", "run", "--net"},
           0,
           created("w"),
           "note: --net came after `--` and was passed to the workload\n"},
          {{"create", "-n", "x", "-v", "/no/such/place:/data"},
           1,
           "",
           "Error: mount source not found: /no/such/place\n"},
          {{"create", "-n", "x", "-v", "/etc:/data"},
           1,
           "",
           "Error: invalid mount path: source path on host is a protected system path: /etc\n"},
          {{"create", "-n", "x", "-v", volume, "-v", volume},
           1,
           "",
           "Error: invalid mount path: duplicate mount target: /data\n"},
          {{"create", "-n", "x", "-I", "debian:12"},
           1,
           "",
           "Error: config operation failed: create machine: image 'debian:12' must be pulled from "
           "a "
           "registry, which needs network access; add --net\n"},
      });
}

TEST_CASE("names follow smolvm's rules") {
  const Playground playground("none");
  check_all(playground,
            {
                {{"create", "-n", "a.b"}, 1, "", bad_name("contains invalid character: '.'")},
                {{"create", "-n", ""}, 1, "", bad_name("cannot be empty")},
                {{"create", "-n", "_a"},
                 1,
                 "",
                 bad_name("must start with a letter or digit (got: \"_\")")},
                {{"create", "-n", "a-"}, 1, "", bad_name("cannot end with a hyphen (got: \"a-\")")},
                {{"create", "-n", "a--b"}, 1, "", bad_name("cannot contain consecutive hyphens")},
                {{"create", "-n", "a/b"}, 1, "", bad_name("cannot contain path separators")},
                {{"create", "-n", std::string(129, 'a')},
                 1,
                 "",
                 bad_name("too long: 129 characters (max 128)")},
                {{"create", "-n", "Az9_-b_"}, 0, created("Az9_-b_"), ""},
            });
}

TEST_CASE("a missing machine has two texts") {
  const Playground playground("none");
  const std::string plain = "Error: vm not found: ghost\n";
  check_all(playground,
            {
                {{"start", "-n", "ghost"}, 1, "", plain},
                {{"stop", "-n", "ghost"}, 1, "", plain},
                {{"rm", "-fn", "ghost"}, 1, "", plain},
                {{"status", "-n", "ghost"}, 1, "", plain},
                {{"status", "--json"},
                 1,
                 "",
                 "Error: config operation failed: machine status: machine 'default' not found\n"},
                {{"ls"}, 0, "No machines found\n", ""},
                {{"list", "--json"}, 0, "[]\n", ""},
            });
}

TEST_CASE("the version decides what the help lists and what is accepted") {
  Playground playground("none");
  const auto knows = [&](const std::string& verb, const std::string& flag) {
    const auto help = playground.machine({verb, "--help"});
    CHECK(help.code == 0);
    CHECK(help.err.empty());
    return help.out.contains(flag);
  };
  CHECK(playground.smolvm({"--version"}).out == "smolvm 1.9.3\n");
  CHECK(knows("create", "--label"));
  CHECK(knows("cp", "--mode"));
  CHECK_FALSE(knows("exec", "--user"));

  playground.set("SMOLVM_VERSION", "1.14.0");
  CHECK(playground.smolvm({"--version"}).out == "smolvm 1.14.0\n");
  CHECK(knows("exec", "--user"));

  playground.set("SMOLVM_VERSION", "1.7.9");
  CHECK_FALSE(knows("create", "--label"));
  CHECK_FALSE(knows("cp", "--mode"));
  CHECK(playground.machine({"cp", "--mode", "0600", "a", "b:/c"}).code == 2);

  playground.set("SMOLVM_VERSION", "1.0.1");
  CHECK(playground.machine({"create", "old"}).code == 0);
  CHECK(playground.machine({"create", "--name", "new"}).code == 2);
  CHECK(playground.machine({"delete", "old", "-f"}).code == 0);
}

TEST_CASE("a reader that has gone is a panic, exit 101") {
  const Playground playground("none");
  auto words = playground.command({"machine", "ls"});
  // The shell closes the pipe's other end before smolvm writes.
  std::string line;
  for (const auto& word : words)
    line += "'" + word + "' ";
  const auto ended =
      run({"bash", "-c", "exec 3> >(:); wait $!; " + line + ">&3"}, playground.environment());
  CHECK(ended.code == 101);
  CHECK(ended.err.contains("failed printing to stdout: Broken pipe (os error 32)"));
}

TEST_SUITE_END();

}  // namespace
}  // namespace smolfleet::standin::tests
