// outcome_of(): real children, to their end.
#include "smolfleet/process/runner.hpp"

#include "smolfleet/core/scope.hpp"

#include "../support/leftovers.hpp"
#include "../support/loop.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>
#include <variant>

using namespace smolfleet;
using core::Awaitable;
using process::Command;
using process::Outcome;
using namespace std::chrono_literals;

namespace {

Command shell(std::string script) {
  Command command;
  command.argv = {"/bin/sh", "-c", std::move(script)};
  command.environment = process::inherited_environment({"NO_COLOR=1"}, {"SMOLVM_BOOT_DEBUG"});
  return command;
}

Awaitable<void> run_into(Command command, Outcome& outcome) {
  process::Runner runner(co_await core::this_coro::executor);
  outcome = co_await runner.run(std::move(command));
}

Outcome outcome_of(Command command) {
  const auto before = test::open_descriptors();
  Outcome outcome;
  test::run_loop([&]() { return run_into(std::move(command), outcome); });
  CHECK(test::no_children_left());
  CHECK(test::open_descriptors() == before);
  return outcome;
}

/// The descriptors that the test itself was started with and would hand on, in the order in which a
/// shell lists them.
std::set<std::string> inheritable_descriptors() {
  std::set<std::string> found{"0", "1", "2"};
  for (int fd = 3; fd < 1024; ++fd) {
    const int flags = ::fcntl(fd, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) found.insert(std::to_string(fd));
  }
  return found;
}

/// Whether the process ends; waits for it, since a SIGKILL takes effect in its own time.
bool ends(pid_t pid) {
  const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) return true;
  pollfd ready{.fd = pidfd, .events = POLLIN, .revents = 0};
  const bool ended = ::poll(&ready, 1, 60'000) == 1;
  ::close(pidfd);
  return ended;
}

int exit_code(const Outcome& outcome) {
  const auto* exited = std::get_if<process::Exited>(&outcome.end);
  return exited == nullptr ? -1 : exited->code;
}

/// A pipe through which a child says that it has come to a certain point: by writing to `path()`.
class Milestone {
 public:
  Milestone() { REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0); }
  Milestone(const Milestone&) = delete;
  Milestone& operator=(const Milestone&) = delete;
  ~Milestone() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  [[nodiscard]] std::string path() const {
    return fmt::format("/proc/{}/fd/{}", ::getpid(), ends_[1]);
  }
  Awaitable<void> reached() const {
    asio::posix::stream_descriptor read(co_await core::this_coro::executor, ::dup(ends_[0]));
    co_await read.async_wait(asio::posix::stream_descriptor::wait_read, core::as_value);
  }

 private:
  std::array<int, 2> ends_{};
};

/// Runs the command and cancels it when it has reached the milestone.
Outcome cancel_at(const Milestone& milestone, Command command) {
  Outcome outcome;
  auto task = [&]() -> Awaitable<void> {
    core::Scope scope(co_await core::this_coro::executor);
    scope.spawn(run_into(std::move(command), outcome));
    co_await milestone.reached();
    scope.cancel();
    co_await scope.join();
  };
  test::run_loop(task);
  CHECK(test::no_children_left());
  return outcome;
}

}  // namespace

TEST_SUITE("process") {
  TEST_CASE("a child that exits gives its code and both streams apart") {
    const auto outcome = outcome_of(shell("echo out; echo err >&2; exit 5"));
    CHECK(exit_code(outcome) == 5);
    CHECK(outcome.out == "out\n");
    CHECK(outcome.err == "err\n");
  }

  TEST_CASE("a child that a signal kills gives the signal") {
    const auto outcome = outcome_of(shell("kill -KILL $$"));
    REQUIRE(std::holds_alternative<process::Signalled>(outcome.end));
    CHECK(std::get<process::Signalled>(outcome.end).signal == SIGKILL);
  }

  TEST_CASE("what cannot be spawned says why and what to do") {
    Command command;
    SUBCASE("no such program") {
      command.argv = {"/nonexistent/smolvm"};
      const auto outcome = outcome_of(command);
      REQUIRE(std::holds_alternative<process::NotSpawned>(outcome.end));
      const auto& failure = std::get<process::NotSpawned>(outcome.end);
      CHECK(failure.reason == "cannot start /nonexistent/smolvm: No such file or directory");
      CHECK(failure.hint.find("--smolvm") != std::string::npos);
    }
    SUBCASE("not executable") {
      command.argv = {"/etc/passwd"};
      const auto outcome = outcome_of(command);
      REQUIRE(std::holds_alternative<process::NotSpawned>(outcome.end));
      CHECK(std::get<process::NotSpawned>(outcome.end).hint.find("chmod +x") != std::string::npos);
    }
    SUBCASE("arguments too large") {
      command.argv = {"/bin/true", std::string(4 * 1024 * 1024, 'x')};
      const auto outcome = outcome_of(command);
      REQUIRE(std::holds_alternative<process::NotSpawned>(outcome.end));
      CHECK(std::get<process::NotSpawned>(outcome.end).hint.find("too large") != std::string::npos);
    }
  }

  TEST_CASE("a child sees /dev/null as stdin, its own group, default signals and its environment") {
    ::setenv("SMOLVM_BOOT_DEBUG", "1", 1);
    std::signal(SIGPIPE, SIG_IGN);
    auto command = shell(
        "readlink /proc/$$/fd/0; echo $NO_COLOR-$SMOLVM_BOOT_DEBUG-$OWN;"
        "grep ^SigBlk /proc/self/status;"
        // glibc leaves its own two signals above 31 ignored
        "test $((0x$(sed -n 's/^SigIgn:.//p' /proc/self/status) & 0x7fffffff)) = 0 && echo none;"
        "test $(ps -o pgid= -p $$) = $$ && echo leads");
    command.extra_environment = {"OWN=mine"};
    const auto outcome = outcome_of(std::move(command));
    CHECK(outcome.out == "/dev/null\n1--mine\nSigBlk:\t0000000000000000\nnone\nleads\n");
  }

  TEST_CASE("a child inherits none of our descriptors while others run") {
    Outcome other;
    Outcome outcome;
    const std::string list = "for f in /proc/$$/fd/*; do test -L $f && echo ${f##*/}; done";
    auto body = [&](core::Scope& scope) -> Awaitable<void> {
      scope.spawn(run_into(shell("sleep 0.05"), other));
      scope.spawn(run_into(shell(list), outcome));
      return scope.join();
    };
    std::string expected;
    for (const auto& fd : inheritable_descriptors())
      expected += fd + "\n";
    test::run_loop([&]() { return core::with_scope(body); });
    CHECK(outcome.out == expected);
  }

  TEST_CASE("an entry of the child's own replaces the inherited one of the same name") {
    ::setenv("SHARED_NAME", "inherited", 1);
    auto command = shell("env | grep ^SHARED_NAME");
    command.environment = process::inherited_environment({}, {});
    command.extra_environment = {"SHARED_NAME=own"};
    CHECK(outcome_of(std::move(command)).out == "SHARED_NAME=own\n");
  }

  TEST_CASE("long output is read to its end and kept at both ends") {
    auto command = shell("seq 1 200000; seq 1 200000 >&2; echo end");
    command.capture = 1000;
    const auto outcome = outcome_of(std::move(command));
    CHECK(exit_code(outcome) == 0);
    CHECK(outcome.out.starts_with("1\n2\n3\n"));
    CHECK(outcome.out.ends_with("200000\nend\n"));
    CHECK(outcome.out.find("… 1286899 bytes left out …") != std::string::npos);
    CHECK(outcome.err.ends_with("200000\n"));
  }

  TEST_CASE("a daemon that keeps the pipes does not keep the outcome") {
    auto command = shell("sleep 1000 & echo $!; exit 3");
    command.drain = 20ms;
    const auto outcome = outcome_of(std::move(command));
    CHECK(exit_code(outcome) == 3);
    const auto daemon = std::stoi(outcome.out);
    CHECK(::kill(daemon, SIGKILL) == 0);  // it was left alone: it is not ours
  }

  TEST_CASE("a child that is late is asked to end, with all of its group") {
    auto command = shell("sleep 1000 & sleep 1000");
    command.deadline = 50ms;
    const auto outcome = outcome_of(std::move(command));
    REQUIRE(std::holds_alternative<process::TimedOut>(outcome.end));
    CHECK(std::get<process::TimedOut>(outcome.end).deadline == 50ms);
  }

  TEST_CASE("a child that ignores SIGTERM is killed after the grace") {
    const Milestone ready;
    auto command = shell(fmt::format(
        "trap 'echo asked' TERM; echo > {}; while :; do sleep 0.01; done", ready.path()));
    command.grace = 2s;
    const auto outcome = cancel_at(ready, std::move(command));
    CHECK(std::holds_alternative<process::Cancelled>(outcome.end));
    CHECK(outcome.out == "asked\n");
  }

  TEST_CASE("a child that has left its group is asked and killed all the same") {
    const Milestone ready;
    Command command;
    command.argv = {"/usr/bin/python3", "-c",
                    fmt::format("import os, signal\n"
                                "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])\n"
                                "os.setpgid(0, os.getpgid(os.getppid()))\n"
                                "open('{}', 'w').write('.')\n"
                                "signal.sigwait([signal.SIGTERM])\n"
                                "print('asked', flush=True)\n"
                                "while True: signal.pause()",
                                ready.path())};
    command.grace = 2s;
    const auto outcome = cancel_at(ready, std::move(command));
    CHECK(std::holds_alternative<process::Cancelled>(outcome.end));
    CHECK(outcome.out == "asked\n");
  }

  TEST_CASE("a child that is stopped hears the gentle signal") {
    const Milestone ready;
    // Its own child says so from outside: a stopped one says nothing any more.
    auto command = shell(fmt::format(
        "trap 'echo asked; exit 7' TERM; (until grep -q '^State:.T' /proc/$$/status; do :; done; "
        "echo > {}) & kill -STOP $$; while :; do sleep 0.01; done",
        ready.path()));
    command.grace = 60s;
    const auto outcome = cancel_at(ready, std::move(command));
    CHECK(std::holds_alternative<process::Cancelled>(outcome.end));
    CHECK(outcome.out == "asked\n");
  }

  TEST_CASE("a child has the limit of open files that its command names") {
    auto command = shell("ulimit -Sn; ulimit -Hn");
    command.descriptors = rlimit{.rlim_cur = 77, .rlim_max = 99};
    CHECK(outcome_of(std::move(command)).out == "77\n99\n");
  }

  TEST_CASE("the gentle signal is the command's own") {
    const Milestone ready;
    auto command = shell(
        fmt::format("trap 'echo interrupted; exit 7' INT; echo > {}; while :; do sleep 0.01; done",
                    ready.path()));
    command.gentle_signal = SIGINT;
    const auto outcome = cancel_at(ready, std::move(command));
    CHECK(std::holds_alternative<process::Cancelled>(outcome.end));
    CHECK(outcome.out == "interrupted\n");
  }

  TEST_CASE("what is left of the group of a child that was asked to end is killed") {
    const Milestone ready;
    // The grandchild is born ignoring the gentle signal; its parent obeys it again.
    auto command = shell(fmt::format(
        "trap '' TERM; sleep 1000 & echo $!; trap - TERM; echo > {}; wait", ready.path()));
    const auto outcome = cancel_at(ready, std::move(command));
    CHECK(std::holds_alternative<process::Cancelled>(outcome.end));
    CHECK(ends(std::stoi(outcome.out)));
  }

  TEST_CASE("cancelled after any number of steps, a child is ended and reaped") {
    std::size_t in_flight = 0;
    for (std::size_t k = 0; k < 24; ++k) {
      CAPTURE(k);
      const auto before = test::open_descriptors();
      Outcome outcome;
      auto command = shell("echo one; echo two >&2; sleep 0.02; exit 4");
      const auto result =
          test::run_and_cancel_after(k, [&]() { return run_into(std::move(command), outcome); });
      in_flight += result.was_in_flight ? 1 : 0;
      const bool ended =
          std::holds_alternative<process::Cancelled>(outcome.end) || exit_code(outcome) == 4;
      CHECK(ended);
      CHECK(test::no_children_left());
      CHECK(test::open_descriptors() == before);
    }
    CHECK(in_flight > 0);
  }

  TEST_CASE("many children at once are all reaped, each with its own code and output") {
    constexpr int many = 100;
    std::array<Outcome, many> outcomes;
    auto body = [&](core::Scope& scope) -> Awaitable<void> {
      for (int i = 0; i < many; ++i) {
        scope.spawn(run_into(shell(fmt::format("echo {0}; exit {0}", i)),
                             outcomes.at(static_cast<std::size_t>(i))));
      }
      return scope.join();
    };
    const auto before = test::open_descriptors();
    test::run_loop([&]() { return core::with_scope(body); });
    for (int i = 0; i < many; ++i) {
      const auto& outcome = outcomes.at(static_cast<std::size_t>(i));
      CHECK(exit_code(outcome) == i);
      CHECK(outcome.out == std::to_string(i) + "\n");
    }
    CHECK(test::no_children_left());
    CHECK(test::open_descriptors() == before);
  }
}
