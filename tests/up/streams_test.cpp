// The two ends of the pipe: every kind of stdin, and a stdout that goes away.
#include "smolfleet/core/unique_fd.hpp"

#include "fixture.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

using namespace smolfleet::test;
using smolfleet::core::UniqueFd;

namespace {

ProgramOptions options_of(const StandIn& smolvm) {
  ProgramOptions options;
  options.environment = smolvm.environment();
  return options;
}

std::vector<std::string> up(std::vector<std::string> options = {}) {
  return Scene::up(StandIn::executable(), std::move(options));
}

/// The reading end and the writing end.
std::pair<UniqueFd, UniqueFd> make_pipe() {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::pair<UniqueFd, UniqueFd> make_sockets() {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void check_both_ok(const UpRun& run) {
  CAPTURE(run.ended.err);
  CHECK(run.ended.exit == 0);
  CHECK(run.of("a")["status"] == "ok");
  CHECK(run.of("b")["status"] == "ok");
  CHECK(run.results.size() == 2);
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE("stdin may be a regular file") {
    const Scene scene;
    const StandIn smolvm(scene);
    check_both_ok(smolvm.run({scene.plan("a"), scene.plan("b")}));
  }

  TEST_CASE("the feed may be named, and so may be stdin") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto feed = feed_of({scene.plan("a"), scene.plan("b")});
    const auto file = scene.directory().write("feed.jsonl", feed);
    check_both_ok(collect(run_program(up({file}), "", smolvm.environment())));
    check_both_ok(collect(run_program(up({"-"}), feed, smolvm.environment())));
  }

  TEST_CASE("stdin may be /dev/null: no plans, no results, nothing spawned, exit 0") {
    const Scene scene;
    const StandIn smolvm(scene);
    const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    auto options = options_of(smolvm);
    options.input = null.get();
    Program program(up(), options);
    const auto ended = program.wait();
    CHECK(ended.exit == 0);
    CHECK(ended.out.empty());
    CHECK(smolvm.calls().empty());
  }

  TEST_CASE("results of finished plans are out while the pipe is still open") {
    const Scene scene;
    const StandIn smolvm(scene);
    Program program(up(), options_of(smolvm));
    for (const auto* target : {"a", "b", "c"}) {
      program.write(scene.plan(target).dump() + "\n");
      const auto line = program.read_line();
      REQUIRE(line);
      CHECK(json::parse(*line)["target"] == target);
    }
    CHECK(program.wait().exit == 0);
  }

  TEST_CASE("a plan may arrive in pieces, end with CRLF, or with the feed") {
    const Scene scene;
    const StandIn smolvm(scene);
    Program program(up(), options_of(smolvm));
    const auto first = scene.plan("a").dump();
    program.write(first.substr(0, 10));
    program.write(first.substr(10) + "\r\n\r\n\n");
    CHECK(json::parse(program.read_line().value())["line"] == 1);
    program.write(scene.plan("b").dump());
    program.close_input();
    CHECK(json::parse(program.read_line().value())["line"] == 4);
    CHECK(program.wait().exit == 0);
  }

  TEST_CASE("a FIFO that nobody has opened yet is waited for") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto path = scene.directory().path("fifo");
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    Program program(up({path}), options_of(smolvm));
    {
      const UniqueFd writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));  // waits for the reader
      const auto line = scene.plan("a").dump() + "\n";
      REQUIRE(::write(writer.get(), line.data(), line.size()) > 0);
    }
    CHECK(json::parse(program.read_line().value())["target"] == "a");
    CHECK(program.wait().exit == 0);
  }

  TEST_CASE("stdin may be a socket, and is blocking again afterwards") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto [ours, theirs] = make_sockets();
    auto options = options_of(smolvm);
    options.input = theirs.get();
    Program program(up(), options);
    const auto line = scene.plan("a").dump() + "\n";
    REQUIRE(::write(ours.get(), line.data(), line.size()) > 0);
    CHECK(json::parse(program.read_line().value())["status"] == "ok");
    ::shutdown(ours.get(), SHUT_WR);
    CHECK(program.wait().exit == 0);
    CHECK((::fcntl(theirs.get(), F_GETFL) & O_NONBLOCK) == 0);
  }

  TEST_CASE("a socket that is stdin and stdout is blocking again afterwards") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto [ours, theirs] = make_sockets();
    auto options = options_of(smolvm);
    options.input = theirs.get();
    options.output = theirs.get();
    Program program(up(), options);
    ::shutdown(ours.get(), SHUT_WR);
    CHECK(program.wait().exit == 0);
    CHECK((::fcntl(theirs.get(), F_GETFL) & O_NONBLOCK) == 0);
  }

  TEST_CASE("the wrong end of a pipe is refused, instead of feeding on its own results") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto [read, write] = make_pipe();
    auto options = options_of(smolvm);
    options.input = write.get();
    Program program(up(), options);
    CHECK(program.wait().exit == 3);
  }

  TEST_CASE("a stderr that nobody reads neither holds up the run nor its end") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto [read, write] = make_pipe();
    std::string feed;
    for (int i = 0; i < 2000; ++i)
      feed += "this is no plan\n";
    auto options = options_of(smolvm);
    const auto file = scene.directory().write("feed.jsonl", feed);
    options.error = write.get();
    Program program(up({file}), options);
    int lines = 0;
    while (program.read_line())
      ++lines;
    CHECK(lines == 2000);
    CHECK(program.wait().exit == 1);
  }

  TEST_CASE("a pipe that smolfleet reads stays blocking for those who share it") {
    const Scene scene;
    const StandIn smolvm(scene);
    auto [read, write] = make_pipe();
    auto options = options_of(smolvm);
    options.input = read.get();
    Program program(up(), options);
    const auto line = scene.plan("a").dump() + "\n";
    REQUIRE(::write(write.get(), line.data(), line.size()) > 0);
    CHECK(program.read_line());  // by now it has read and waits for more
    CHECK((::fcntl(read.get(), F_GETFL) & O_NONBLOCK) == 0);
    write = {};
    CHECK(program.wait().exit == 0);
  }

  TEST_CASE("smolvm has no descriptor of smolfleet's parent, and the parent's limit of them") {
    const Scene scene;
    const StandIn smolvm(scene, {{"rules", {{{"verb", "cp"}, {"action", {{"hang", "polite"}}}}}}});
    std::vector<std::string> argv = {
        "/bin/sh", "-c",
        "exec 9>" + scene.directory().path("lock") + "; ulimit -Sn 123; exec \"$@\"", "sh"};
    std::ranges::move(up(), std::back_inserter(argv));
    Program program(argv, smolvm.watched());
    program.write(feed_of({scene.plan("a")}));
    smolvm.wait_for_calls("cp", 1);
    const auto proc = fmt::format("/proc/{}/", smolvm.calls("cp")[0]["pid"].get<int>());
    CHECK_FALSE(std::filesystem::exists(std::filesystem::symlink_status(proc + "fd/9")));
    CHECK(content_of(proc + "limits").contains("Max open files            123 "));
    for (const auto* heard : {"reading no more plans", "cancelling"}) {
      program.send_signal(SIGTERM);
      program.read_log_line_with(heard);
    }
    CHECK(program.wait_keeping_input().exit == 128 + SIGTERM);
  }

  TEST_CASE("a closed stdin or stdout is said at once, with exit 3 and nothing started") {
    const Scene scene;
    const StandIn smolvm(scene);
    auto options = options_of(smolvm);
    SUBCASE("stdin") {
      options.close_stdin = true;
    }
    SUBCASE("stdout") {
      options.close_stdout = true;
    }
    Program program(up(), options);
    const auto ended = program.wait();
    CHECK(ended.exit == 3);
    CHECK(ended.err.find("cannot") != std::string::npos);
    CHECK(smolvm.calls().empty());
  }

  TEST_CASE("a feed that cannot be read is said by name, with exit 3") {
    const Scene scene;
    const StandIn smolvm(scene);
    for (const auto& feed : {scene.directory().path(), scene.directory().path("nowhere")}) {
      const auto ended = run_program(up({feed}), "", smolvm.environment());
      CHECK(ended.exit == 3);
      CHECK(ended.err.find(feed) != std::string::npos);
    }
  }

  TEST_CASE("a reader of results that goes away ends the run with exit 3 and leaves nothing") {
    const Scene scene;
    const StandIn smolvm(scene);
    Program program(up(), options_of(smolvm));
    program.write(scene.plan("a").dump() + "\n");
    CHECK(program.read_line());
    program.close_output();
    program.write(scene.plan("b").dump() + "\n" + scene.plan("c").dump() + "\n");
    // Its stdin stays open: it must leave all the same.
    const auto ended = program.wait_keeping_input();
    CHECK(ended.exit == 3);
    CHECK(ended.err.find("cannot write results: Broken pipe") != std::string::npos);
    CHECK(scene.staging_is_gone());
  }

  TEST_CASE("a full result disk is said, with exit 3") {
    const Scene scene;
    const StandIn smolvm(scene);
    const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    auto options = options_of(smolvm);
    options.output = full.get();
    Program program(up(), options);
    program.write(scene.plan("a").dump() + "\n");
    const auto ended = program.wait();
    CHECK(ended.exit == 3);
    CHECK(ended.err.find("No space left on device") != std::string::npos);
  }

  TEST_CASE("a reader of results that stands still holds up the feed and loses nothing") {
    const Scene scene;
    const StandIn smolvm(scene);
    constexpr int many = 3000;
    std::string feed;
    // Long ids make results of 8 KiB: together far more than a pipe and the queue hold.
    for (int i = 0; i < many; ++i) {
      auto plan = scene.plan("b" + std::to_string(i));
      plan["id"] = std::string(1000, 'x') + std::to_string(i);
      plan["target"] = "not a name";  // rejected: the results alone are what this is about
      plan["note"] = std::string(100, 'y');
      feed += plan.dump() + "\n";
    }
    const auto file = scene.directory().write("feed.jsonl", feed);
    Program program(up({file}), options_of(smolvm));
    int lines = 0;
    while (program.read_line())
      ++lines;
    CHECK(lines == many);
    CHECK(program.wait().exit == 1);
  }
}
