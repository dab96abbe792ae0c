// exec in a sandbox: exit codes, streams, time limits, and what becomes of the command when its
// client dies.
#include "playground.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>

namespace smolfleet::standin::tests {
namespace {

/// A named pipe in a volume: guests write to it, and it ends when the last of them is dead.
class Fifo {
 public:
  explicit Fifo(const Playground& playground)
      : volume_(playground.directory().native() + "/volume") {
    REQUIRE(::mkdir(volume_.c_str(), 0755) == 0);
    REQUIRE(::mkfifo((volume_ + "/fifo").c_str(), 0666) == 0);
    open();
  }
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;
  ~Fifo() { ::close(fd_); }

  [[nodiscard]] std::string volume() const { return volume_ + ":/volume"; }

  /// The next bytes; empty: everybody who wrote is gone.
  [[nodiscard]] std::string next() {
    pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
    REQUIRE(::poll(&ready, 1, static_cast<int>(std::chrono::milliseconds(hard_limit).count())) ==
            1);
    std::array<char, 64> buffer{};
    const auto got = ::read(fd_, buffer.data(), buffer.size());
    if (got > 0) return {buffer.data(), static_cast<std::size_t>(got)};
    // Once at its end, this descriptor stays there until somebody writes again.
    ::close(fd_);
    open();
    return "";
  }

 private:
  void open() {
    fd_ = ::open((volume_ + "/fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    REQUIRE(fd_ >= 0);
  }

  std::string volume_;
  int fd_ = -1;
};

TEST_SUITE_BEGIN("exec");

TEST_CASE("exec ends as the command ended") {
  const Playground playground("sandbox");
  playground.bring_up("web");
  CHECK(playground.shell("web", "exit 0").code == 0);
  CHECK(playground.shell("web", "exit 7").code == 7);
  CHECK(playground.shell("web", "kill -9 $$").code == 137);
  CHECK(playground.shell("web", "kill -SEGV $$").code == 139);
  const auto both = playground.shell("web", "echo out; echo err >&2; printf '\\377'");
  CHECK(both.out == "out\n\xff");
  CHECK(both.err == "err\n");
}

TEST_CASE("a time limit is 124, and an image machine says so") {
  const Playground playground("sandbox");
  playground.bring_up("image");
  playground.bring_up("bare", true);
  const auto image =
      playground.machine({"exec", "--name", "image", "--timeout", "50ms", "--", "sleep", "1000"});
  CHECK(image.code == 124);
  CHECK(image.err == "\ncommand timed out after 50ms");
  const auto bare = playground.machine({"exec", "--name", "bare", "--timeout", "50ms", "--", "sh",
                                        "-c", "echo early; sleep 1000 & wait"});
  CHECK(bare.code == 124);
  CHECK(bare.out == "early\n");
  CHECK(bare.err.empty());
}

TEST_CASE("a missing binary is smolvm's error on a bare machine and 127 on an image machine") {
  const Playground playground("sandbox");
  playground.bring_up("image");
  playground.bring_up("bare", true);
  const auto bare = playground.machine({"exec", "--name", "bare", "--", "no-such-binary"});
  CHECK(bare.code == 1);
  CHECK(bare.err ==
        "Error: agent operation failed: vm exec: failed to spawn command: No such file or "
        "directory (os "
        "error 2)\n");
  CHECK(playground.machine({"exec", "--name", "image", "--", "no-such-binary"}).code == 127);
  const auto streamed =
      playground.machine({"exec", "--name", "bare", "--stream", "--", "no-such-binary"});
  CHECK(streamed.code == 1);
  CHECK(streamed.err.starts_with("error: agent operation failed: vm exec: "));
}

TEST_CASE("a killed client takes the command's whole process group with it") {
  const Playground playground("sandbox");
  Fifo fifo(playground);
  REQUIRE(playground.machine({"create", "-n", "web", "-v", fifo.volume()}).code == 0);
  REQUIRE(playground.machine({"start", "-n", "web"}).code == 0);
  const auto words =
      playground.command({"machine", "exec", "--name", "web", "--", "sh", "-c",
                          "exec 3>/volume/fifo; sleep 1000 & echo up >&3; sleep 1000"});
  for (const int signal : {SIGKILL, SIGTERM, SIGINT}) {
    CAPTURE(signal);
    Child client(words, playground.environment());
    CHECK(fifo.next() == "up\n");
    client.signal_group(signal);
    CHECK(client.wait_for_exit() == -signal);
    CHECK(fifo.next().empty());
  }
}

TEST_CASE("a client that is killed while a background child holds the output takes that one too") {
  const Playground playground("sandbox");
  Fifo fifo(playground);
  REQUIRE(playground.machine({"create", "-n", "web", "-v", fifo.volume()}).code == 0);
  REQUIRE(playground.machine({"start", "-n", "web"}).code == 0);
  // The background child speaks when the shell is a zombie: ended, and kept for the sake of its
  // group.
  const std::string script =
      "exec 3>/volume/fifo; (until grep -q '^State:.Z' /proc/$$/status; do :; done; "
      "echo up >&3; sleep 1000) &";
  Child client(playground.command({"machine", "exec", "--name", "web", "--", "sh", "-c", script}),
               playground.environment());
  CHECK(fifo.next() == "up\n");
  client.signal(SIGKILL);
  CHECK(client.wait_for_exit() == -SIGKILL);
  CHECK(fifo.next().empty());
}

TEST_CASE("a background child that gave up the output survives its exec") {
  const Playground playground("sandbox");
  Fifo fifo(playground);
  REQUIRE(playground.machine({"create", "-n", "web", "-v", fifo.volume()}).code == 0);
  REQUIRE(playground.machine({"start", "-n", "web"}).code == 0);
  CHECK(playground
            .shell("web",
                   "mkfifo /root/gate; sh -c 'echo up; read -r line </root/gate; echo $line' "
                   ">/volume/fifo 2>/dev/null &")
            .code == 0);
  CHECK(fifo.next() == "up\n");
  CHECK(playground.shell("web", "echo alive >/root/gate").code == 0);
  CHECK(fifo.next() == "alive\n");
}

TEST_CASE("environment, working directory and secrets reach the command") {
  Playground playground("sandbox");
  playground.set("FROM_HOST", "host");
  playground.set("TOKEN", "s3cret");
  REQUIRE(playground
              .machine({"create", "-n", "web", "-e", "A=1", "-e", "FROM_HOST", "-e", "malformed",
                        "-e", "=x", "-w", "/usr", "--secret-env", "SECRET=TOKEN"})
              .code == 0);
  REQUIRE(playground.machine({"start", "-n", "web"}).code == 0);
  const std::string script = "echo $A $B $FROM_HOST $SECRET $HOME $PWD";
  CHECK(playground.shell("web", script).out == "1 host s3cret /root /usr\n");
  CHECK(playground
            .machine({"exec", "--name", "web", "-e", "A=2", "-e", "B=3", "-w", "/etc", "--", "sh",
                      "-c", script})
            .out == "2 3 host s3cret /root /etc\n");
}

TEST_CASE("stdin is /dev/null unless it is forwarded") {
  const Playground playground("sandbox");
  playground.bring_up("web");
  CHECK(playground.shell("web", "wc -c").out == "0\n");
  auto words = playground.command({"machine", "exec", "--name", "web", "-i", "--", "cat"});
  std::string line;
  for (const auto& word : words)
    line += "'" + word + "' ";
  CHECK(run({"sh", "-c", "echo through | " + line}, playground.environment()).out == "through\n");
}

TEST_CASE("streamed output comes while the command runs") {
  const Playground playground("sandbox");
  playground.bring_up("web");
  Child client(
      playground.command({"machine", "exec", "--name", "web", "--stream", "--", "sh", "-c",
                          "mkfifo /root/gate; echo first; read -r x </root/gate; echo $x; exit 4"}),
      playground.environment());
  client.wait_for_output("first\n");
  CHECK(playground.shell("web", "echo second >/root/gate").code == 0);
  const auto ended = client.finish();
  CHECK(ended.code == 4);
  CHECK(ended.out == "first\nsecond\n");
}

TEST_CASE("a detached command is started and named by its pid in the guest") {
  const Playground playground("sandbox");
  playground.bring_up("web");
  const auto detached = playground.machine({"exec", "--name", "web", "-d", "--", "sleep", "1000"});
  CHECK(detached.code == 0);
  const auto pid = std::stoi(detached.out);
  CHECK(playground.shell("web", "tr '\\0' ' ' </proc/" + std::to_string(pid) + "/cmdline").out ==
        "sleep 1000 ");
  const auto missing = playground.machine({"exec", "--name", "web", "-d", "--", "no-such-binary"});
  CHECK(missing.code == 127);
  CHECK(missing.out.empty());
}

TEST_CASE("too much output is an error") {
  const Playground playground("sandbox");
  playground.bring_up("bare", true);
  const auto most = playground.shell("bare", "head -c 11534336 /dev/zero");
  CHECK(most.code == 0);
  CHECK(most.out.size() == 11534336);
  const auto more = playground.shell("bare", "head -c 11534337 /dev/zero");
  CHECK(more.code == 1);
  CHECK(more.err ==
        "Error: agent operation failed: vm exec: command output exceeded 11534336 bytes and was "
        "truncated\n");
}

TEST_CASE("exec --user runs as that user where the release has it") {
  Playground playground("sandbox");
  playground.set("SMOLVM_VERSION", "1.14.0");
  playground.bring_up("web");
  const auto id = [&](const std::string& user) {
    return playground.machine({"exec", "--name", "web", "--user", user, "--", "id", "-u"}).out;
  };
  CHECK(id("root") == "0\n");
  if (::geteuid() == 0) CHECK(id("nobody") == "65534\n");
  if (::geteuid() == 0) CHECK(id("1234:99") == "1234\n");
}

TEST_CASE("exec and cp need a running machine") {
  const Playground playground("sandbox");
  REQUIRE(playground.machine({"create", "-n", "web"}).code == 0);
  const std::string expected =
      "Error: agent operation failed: connect: machine 'web' is not running. Use 'smolvm machine "
      "start "
      "--name web' first.\n";
  CHECK(playground.shell("web", "true").err == expected);
  CHECK(playground.machine({"cp", "/etc/hostname", "web:/x"}).err == expected);
  CHECK(playground.shell("ghost", "true").err == "Error: vm not found: ghost\n");
}

TEST_CASE("a VM that goes away during exec is a closed connection") {
  const Playground playground("sandbox");
  Fifo fifo(playground);
  REQUIRE(playground.machine({"create", "-n", "web", "-v", fifo.volume()}).code == 0);
  REQUIRE(playground.machine({"start", "-n", "web"}).code == 0);
  Child client(playground.command({"machine", "exec", "--name", "web", "--", "sh", "-c",
                                   "echo up >/volume/fifo; sleep 1000"}),
               playground.environment());
  CHECK(fifo.next() == "up\n");
  CHECK(playground.machine({"stop", "-n", "web"}).code == 0);
  const auto ended = client.finish();
  CHECK(ended.code == 1);
  CHECK(ended.err == "Error: io operation failed: connection closed\n");
}

TEST_SUITE_END();

}  // namespace
}  // namespace smolfleet::standin::tests
