// What the end of a command means: the table of spec §6, row by row.
#include "smolfleet/driver/classify.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <string>

using namespace smolfleet;
using core::FailureCode;
using driver::classify;
using driver::Verb;
using driver::Verdict;
using process::Outcome;

namespace {

Outcome exited(int code, std::string err = {}) {
  return {.end = process::Exited{code}, .out = {}, .err = std::move(err)};
}

Outcome killed() {
  return {.end = process::Signalled{SIGKILL}, .out = {}, .err = {}};
}

Verdict start_with(const std::string& err) {
  return classify(Verb::start, exited(1, err));
}

const std::string agent = "Error: agent operation failed: ";

}  // namespace

TEST_SUITE("driver") {
  TEST_CASE("exit 0 is done, whatever was printed") {
    for (const auto verb : {Verb::create, Verb::start, Verb::copy_ca, Verb::install_ca, Verb::copy,
                            Verb::exec, Verb::exec_once}) {
      CHECK(classify(verb, exited(0, "Error: agent operation failed: database is locked")) ==
            Verdict::done);
    }
  }

  TEST_CASE("SIGKILL is settled for the install and for execs that may run twice") {
    for (const auto& outcome : {exited(137), killed()}) {
      CHECK(classify(Verb::install_ca, outcome) == Verdict::retry_settle);
      CHECK(classify(Verb::exec, outcome) == Verdict::retry_settle);
      CHECK(classify(Verb::exec_once, outcome) == Verdict::failed);
      CHECK(classify(Verb::copy_ca, outcome) == Verdict::failed);
      CHECK(classify(Verb::copy, outcome) == Verdict::failed);
      CHECK(classify(Verb::create, outcome) == Verdict::failed);
      CHECK(classify(Verb::start, outcome) == Verdict::failed);
    }
    CHECK(classify(Verb::install_ca, exited(5)) == Verdict::failed);
    CHECK(classify(Verb::install_ca, exited(124)) == Verdict::failed);
  }

  TEST_CASE("a locked database is retried for create alone") {
    const std::string locked =
        "Error: database operation failed: reserve vm 'b': database is locked\n";
    CHECK(classify(Verb::create, exited(1, locked)) == Verdict::retry_lock);
    CHECK(classify(Verb::create_again, exited(1, locked)) == Verdict::retry_lock);
    const std::string reserved = "Error: x: machine 'b' already exists or is being created\n";
    CHECK(classify(Verb::create, exited(1, reserved)) == Verdict::failed);
    CHECK(classify(Verb::create_again, exited(1, reserved)) == Verdict::retry_lock);
    CHECK(classify(Verb::create,
                   exited(1, "WARN database is locked, trying again\nError: no net\n")) ==
          Verdict::failed);
    CHECK(classify(Verb::start, exited(1, locked)) == Verdict::failed);
    CHECK(classify(Verb::exec, exited(1, locked)) == Verdict::failed);
  }

  TEST_CASE("starts are retried for reasons that pass") {
    CHECK(start_with(agent + "start machine: agent operation failed: start agent: another process "
                             "is already starting or running this VM") == Verdict::retry_start);
    CHECK(start_with(agent + "start machine: agent operation failed: wait for ready: agent did not "
                             "become ready within 30 seconds") == Verdict::retry_start);
    CHECK(start_with(agent + "x: Failure during vcpu run: Cannot allocate memory (os error 12)") ==
          Verdict::retry_start);
    for (const auto* text :
         {"unexpected status 429 Too Many Requests", "status: 503", "i/o timeout",
          "read: connection reset by peer", "TOOMANYREQUESTS: limit",
          "toomanyrequests: You have reached your pull rate limit", "status=429", "status:502",
          "status code 520", "(503)", "408 Request Timeout", "read ECONNRESET",
          "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"}) {
      CAPTURE(text);
      CHECK(start_with(agent + "pull image: " + text) == Verdict::retry_start);
    }
  }

  TEST_CASE("starts that cannot work are final") {
    CHECK(start_with(agent + "pull image: manifest unknown") == Verdict::failed);
    for (const auto* text :
         {"digest sha256:0429", "fetching \"registry/x:500\": MANIFEST_UNKNOWN", "404 Not Found",
          "registry:5000/x: not found", "no match for 500.2", "digest 5001", "5",
          "no space left on device (size=512)", "error verifying size; got 0, want 528",
          "status 5001", "layer 3 of 503"})
      CHECK(start_with(agent + "pull image: " + text) == Verdict::failed);
    CHECK(start_with("init: init[0] failed (exit 1): timeout") == Verdict::failed);
    CHECK(start_with("Error: vm not found: b") == Verdict::failed);
    for (const auto* text : {"kvm not available: /dev/kvm", "kvm permission denied: /dev/kvm",
                             "start machine: x: verify rootfs: agent rootfs not found: /r"}) {
      CAPTURE(text);
      CHECK(start_with(agent + text) == Verdict::host_unfit);
    }
  }

  TEST_CASE("what a guest's init commands print does not pass for smolvm's words") {
    for (const auto* text : {"kvm not available: /dev/kvm", "Cannot allocate memory (os error 12)",
                             "agent did not become ready", "pull image: 429 Too Many Requests"}) {
      CAPTURE(text);
      CHECK(start_with(agent + "init: init[0] failed (exit 1): " + text + "\nError: " + text) ==
            Verdict::failed);
    }
    CHECK(start_with(agent + "pull image: kvm not available") == Verdict::failed);
    CHECK(start_with("WARN slow\n" + agent + "start machine: kvm not available: x") ==
          Verdict::host_unfit);
  }

  TEST_CASE("what we ended or could not begin is final") {
    for (const process::End& end :
         {process::End(process::TimedOut{}), process::End(process::Cancelled{}),
          process::End(process::NotSpawned{})}) {
      CHECK(classify(Verb::install_ca, Outcome{.end = end, .out = {}, .err = {}}) ==
            Verdict::failed);
    }
  }

  TEST_CASE("a failed install reads as the original tool said it, with the child's output") {
    auto outcome = exited(5, "boom");
    outcome.out = "partly";
    const auto failure = driver::failure_of(Verb::install_ca, "install_ca", "b", outcome);
    CHECK(failure.code == FailureCode::install_failed);
    CHECK(failure.phase == "install_ca");
    CHECK(failure.message == "update-ca-certificates didn't add the agent CA (exit 5)");
    CHECK(failure.exit_code == 5);
    CHECK(failure.out == "partly");
    CHECK(failure.err == "boom");
  }

  TEST_CASE("smolvm's own message and a piece of advice are found") {
    const auto failure = driver::failure_of(
        Verb::create, "create", "b",
        exited(1,
               "WARN something\nError: config operation failed: create machine: machine 'b' "
               "already exists or is being created\n"));
    CHECK(failure.code == FailureCode::create_failed);
    CHECK(
        failure.message ==
        "smolvm could not create b (exit 1): config operation failed: create machine: machine 'b' "
        "already exists or is being created");
    REQUIRE(failure.hint);
    CHECK(failure.hint->find("delete -f") != std::string::npos);
  }

  TEST_CASE("every way to end has its code and its words") {
    const auto of = [](process::End end) {
      return driver::failure_of(Verb::start, "start", "b",
                                Outcome{.end = std::move(end), .out = {}, .err = {}});
    };
    CHECK(of(process::Signalled{SIGSEGV}).message ==
          "smolvm could not start b (smolvm was killed by SIGSEGV)");
    CHECK(of(process::Signalled{SIGSEGV}).signal == SIGSEGV);
    CHECK(of(process::TimedOut{std::chrono::seconds(300)}).code == FailureCode::timeout);
    CHECK(of(process::TimedOut{std::chrono::seconds(300)}).message ==
          "start of b took too long and was ended");
    CHECK(of(process::Cancelled{}).code == FailureCode::cancelled);
    CHECK(of(process::NotSpawned{"cannot start x: y", "do z"}).code == FailureCode::spawn_failed);
    CHECK(of(process::NotSpawned{"cannot start x: y", "do z"}).hint == "do z");
    CHECK(driver::failure_of(Verb::start, "start", "b", exited(1, agent + "kvm not available"))
              .code == FailureCode::host_unfit);
  }
}
