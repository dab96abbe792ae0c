// Runs that are written down: killed, resumed, damaged, on a disk that is full.
#include "smolfleet/journal/record.hpp"

#include "../support/schema.hpp"
#include "fixture.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

using namespace smolfleet::test;
namespace journal = smolfleet::journal;
using smolfleet::core::UniqueFd;

namespace {

std::vector<std::string> with_journal(const Scene& scene, std::vector<std::string> more = {}) {
  std::vector<std::string> options = {"--journal", scene.directory().path("journal")};
  std::ranges::move(more, std::back_inserter(options));
  return options;
}

/// A run of the scene's smolvm that was killed when it had printed the results of `answered`, and
/// `execs` had begun.
void run_and_kill(const Scene& scene, const StandIn& smolvm, const std::vector<json>& plans,
                  std::size_t answered, std::size_t execs) {
  ProgramOptions program_options;
  program_options.environment = smolvm.environment();
  Program program(Scene::up(StandIn::executable(), with_journal(scene)), program_options);
  program.write(feed_of(plans));
  for (std::size_t i = 0; i < answered; ++i)
    CHECK(program.read_line());
  smolvm.wait_for_calls("exec", execs);
  program.send_signal(SIGKILL);
  CHECK(program.wait_keeping_input().signal == SIGKILL);
  std::filesystem::remove_all(scene.directory().path("tmp"));
  std::filesystem::create_directory(scene.directory().path("tmp"));
}

UpRun resume(const Scene& scene, const StandIn& smolvm, const std::vector<json>& plans,
             std::vector<std::string> options = {}) {
  options.insert(options.begin(), "--resume");
  return smolvm.run(plans, with_journal(scene, std::move(options)));
}

/// The first call of each verb hangs for the machines whose names begin with "slow".
json slow_ones_hang(const char* verb) {
  auto hang = rule(verb, {1}, action("hang", "stubborn"));
  hang["machine"] = "slow*";
  return hang;
}

std::set<std::string> targets_of(const UpRun& run) {
  std::set<std::string> targets;
  for (const auto& result : run.results)
    targets.insert(result["target"].get<std::string>());
  return targets;
}

std::string journal_of(const Scene& scene) {
  return scene.directory().read("journal");
}

/// A plan for the guest b that is up, by a run with the journal, from a plan that said something
/// else.
json bring_up_and_change(const Scene& scene, const StandIn& smolvm) {
  auto plan = created(scene, "b");
  REQUIRE(smolvm.run({plan}, with_journal(scene)).of("b")["status"] == "ok");
  plan["timeout_s"] = 100;
  return plan;
}

/// As if a run had been killed between the admission of its one plan and its create.
void write_journal_of_killed_run(const Scene& scene, const std::string& target) {
  const journal::Admitted admitted{.digest = std::string(64, 'a'),
                                   .id = "id-" + target,
                                   .target = target,
                                   .line = 1,
                                   .creates = true,
                                   .again = false,
                                   .at = {}};
  scene.directory().write("journal", journal::to_line(journal::Begun{"r"}) + to_line(admitted));
}

std::size_t creates_of(const StandIn& smolvm, std::string_view machine) {
  return static_cast<std::size_t>(std::ranges::count(smolvm.verbs_for(machine), "create"));
}

/// Waits until a process has ended that is no child of ours.
void wait_for_end_of(pid_t pid) {
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return;
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  CHECK(::poll(&ended, 1, 60'000) == 1);
}

}  // namespace

TEST_SUITE("up") {
  TEST_CASE(
      "a run that was killed goes on where it was: every plan answered once, no guest twice") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({slow_ones_hang("exec")})));
    std::vector<json> plans;
    for (const auto* target : {"a", "slow1", "b", "slow2", "c"})
      plans.push_back(created(scene, target));
    run_and_kill(scene, smolvm, plans, 3, 5);
    CHECK(smolvm.machines().size() == 5);
    std::map<std::string, std::size_t> creates;
    for (const auto& name : smolvm.machines())
      creates[name] = creates_of(smolvm, name);

    const auto run = resume(scene, smolvm, plans);
    CAPTURE(run.ended.err);
    CHECK(run.ended.exit == 0);
    CHECK(run.results.size() == 5);
    CHECK(targets_of(run) == smolvm.machines());
    CHECK(count_by_status(run)["ok"] == 5);
    CHECK(run.log_lines_with("3 plans have their answers, 2 were in flight") == 1);
    CHECK(run.log_lines_with("3 of them by the journal") == 1);
    for (const auto* target : {"a", "b", "c"})
      CHECK(creates_of(smolvm, target) == creates[target]);
    for (const auto* target : {"slow1", "slow2"}) {
      CHECK(creates_of(smolvm, target) > creates[target]);
      const auto verbs = smolvm.verbs_for(target);
      const auto removed = std::ranges::find(verbs, "delete");
      REQUIRE(removed != verbs.end());
      CHECK(*std::prev(removed) == "stop");
    }
    // All of one run, so that its label and `down --run` find them together.
    for (const auto& result : run.results)
      CHECK(result["run"] == run.results.front()["run"]);
  }

  TEST_CASE("children of a run that was killed die with it") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({slow_ones_hang("exec")})));
    ProgramOptions options;
    options.environment = smolvm.environment();
    Program program(Scene::up(StandIn::executable()), options);
    program.write(feed_of({scene.plan("slow")}));
    smolvm.wait_for_calls("exec", 1);
    program.send_signal(SIGKILL);
    CHECK(program.wait_keeping_input().signal == SIGKILL);
    wait_for_end_of(smolvm.calls("exec").front()["pid"].get<pid_t>());
  }

  TEST_CASE(
      "answers stand: what failed is run again only with --retry-failed, what changed always") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({rule("exec", {1}, action("exit", 3))})));
    auto plan = created(scene, "b");
    const auto first = smolvm.run({plan}, with_journal(scene, {"--on-failure", "keep"}));
    CHECK(first.of("b")["error"]["code"] == "install_failed");
    CHECK(smolvm.machines() == std::set<std::string>{"b"});

    const auto recalled = resume(scene, smolvm, {plan}, {"--on-failure", "keep"});
    CHECK(recalled.ended.exit == 1);
    CHECK(recalled.of("b") == first.of("b"));
    CHECK(creates_of(smolvm, "b") == 1);

    const auto retried = resume(scene, smolvm, {plan}, {"--retry-failed"});
    CHECK(retried.of("b")["status"] == "ok");
    CHECK(creates_of(smolvm, "b") == 2);

    const auto again = resume(scene, smolvm, {plan}, {"--retry-failed"});
    CHECK(again.of("b") == retried.of("b"));
    CHECK(creates_of(smolvm, "b") == 2);

    plan["timeout_s"] = 100;
    plan.erase("machine");
    CHECK(resume(scene, smolvm, {plan}).of("b")["phases"].size() == 2);
    CHECK(creates_of(smolvm, "b") == 2);
  }

  TEST_CASE("every line of a journal is as its schema says, and every result in it as its own") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule_for("exec", "bad", action("exit", 3)),
                                               rule_for("exec", "kept", action("exit", 3)),
                                               rule_for("delete", "kept", action("exit", 1))})));
    const std::vector<json> plans = {created(scene, "a"),
                                     created(scene, "bad"),
                                     created(scene, "kept"),
                                     scene.plan("up"),
                                     {{"target", "?"}}};
    std::ignore = smolvm.run(plans, with_journal(scene, {"--deadline", "delete=1"}));
    std::ignore = resume(scene, smolvm, plans, {"--retry-failed", "--deadline", "delete=1"});
    std::map<std::string, std::size_t> kinds;
    for (const auto& line : lines_of(journal_of(scene))) {
      const auto record = json::parse(line);
      CHECK(schema_fault(record, schema_file("journal")) == "");
      if (record.contains("result"))
        CHECK(schema_fault(record["result"], schema_file("result")) == "");
      ++kinds[record["record"]];
    }
    CHECK(kinds["begun"] == 2);
    CHECK(kinds["admitted"] >= 6);
    CHECK(kinds["ended"] == kinds["admitted"]);
  }

  TEST_CASE("what is no record does not satisfy the journal's schema") {
    const auto fault = [](const char* line) {
      return schema_fault(json::parse(line), schema_file("journal"));
    };
    CHECK(fault(R"({"record":"begun","journal":1,"run":"r","sum":"01234567"})") == "");
    CHECK(fault(R"({"record":"begun","journal":2,"run":"r","sum":"01234567"})") != "");
    CHECK(fault(R"({"record":"begun","journal":1,"run":"r"})") != "");
    CHECK(fault(R"({"record":"ended","plan":"short","result":{},"sum":"01234567"})") != "");
    CHECK(fault(R"({"record":"other","sum":"01234567"})") != "");
  }

  TEST_CASE("white space and the order of keys do not make another plan") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto feed = R"({"target":"b", "proxy_plan":{"ca_cert_host_path":")" +
                      scene.pipelock_ca() + R"("}, "note":1})";
    const auto other = R"({"note":1,"proxy_plan":{"ca_cert_host_path":")" + scene.pipelock_ca() +
                       R"("},"target":"b"})";
    for (const auto& text : {feed, other}) {
      const auto argv = Scene::up(StandIn::executable(), with_journal(scene, {"--resume"}));
      const auto run = collect(run_program(argv, text, smolvm.environment()));
      CHECK(run.of("b")["status"] == "ok");
    }
    CHECK(smolvm.verbs_for("b") == Verbs{"cp", "exec"});
  }

  TEST_CASE("what was cancelled is run again, and so is what was read and never begun") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({slow_ones_hang("exec")})));
    const std::vector<json> plans = {created(scene, "slow"), scene.plan("next")};
    ProgramOptions options;
    options.environment = smolvm.environment();
    Program program(Scene::up(StandIn::executable(), with_journal(scene, {"--jobs", "1"})),
                    options);
    program.write("\n" + feed_of(plans));
    smolvm.wait_for_calls("exec", 1);
    program.send_signal(SIGINT);
    program.send_signal(SIGTERM);
    const auto cancelled = collect(program.wait());
    CHECK(cancelled.of("slow")["status"] == "cancelled");

    const auto run = resume(scene, smolvm, plans);
    CHECK(run.ended.exit == 0);
    CHECK(run.of("slow")["status"] == "ok");
    CHECK(run.of("next")["status"] == "ok");
  }

  TEST_CASE("a guest that could not be removed is tried again, and is leaked no more") {
    const Scene scene;
    const StandIn smolvm(
        scene, scenario(json::array({rule("exec", {1}, action("exit", 3)),
                                     rule("delete", {1, 2, 3, 4, 5}, action("prompt", true))})));
    const std::vector<json> plans = {created(scene, "b")};
    const auto first = smolvm.run(plans, with_journal(scene, {"--deadline", "delete=2"}));
    CHECK(first.of("b")["leaked"] == true);
    while (smolvm.machines().contains("b")) {
      const auto run = resume(scene, smolvm, plans, {"--deadline", "delete=2"});
      CHECK(run.of("b")["status"] == "failed");
      CHECK(run.of("b")["leaked"] == smolvm.machines().contains("b"));
    }
    CHECK(creates_of(smolvm, "b") == 1);
  }

  TEST_CASE("a name that was used before: the later plan's guest is not forgotten") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule("exec", {2}, action("hang", "polite"))})));
    const auto first = created(scene, "b");
    auto second = first;
    second["id"] = "second";
    ProgramOptions options;
    options.environment = smolvm.environment();
    Program program(Scene::up(StandIn::executable(), with_journal(scene)), options);
    program.write(feed_of({first}));
    CHECK(json::parse(program.read_line().value())["status"] == "ok");
    CHECK(run_program({StandIn::executable(), "machine", "delete", "-f", "--name", "b"}, "",
                      smolvm.environment())
              .exit == 0);
    program.write(feed_of({second}));
    smolvm.wait_for_calls("exec", 2);
    program.send_signal(SIGKILL);
    CHECK(program.wait_keeping_input().signal == SIGKILL);

    const auto run = resume(scene, smolvm, {first, second});
    CHECK(run.ended.exit == 0);
    CHECK(count_by_status(run)["ok"] == 2);
    CHECK(creates_of(smolvm, "b") == 3);
    CHECK(smolvm.machines() == std::set<std::string>{"b"});
  }

  TEST_CASE("when smolvm does not say what is left, the plans wait for the next resumption") {
    const Scene scene;
    const Recorder smolvm(scene);
    smolvm.answer({{"ls", {{{"exit", 1}, {"err", "Error: database is locked\n"}}}}});
    const std::vector<json> plans = {created(scene, "b")};
    write_journal_of_killed_run(scene, "b");
    const auto unknown = smolvm.run(plans, with_journal(scene, {"--resume"}));
    CHECK(unknown.of("b")["status"] == "cancelled");
    CHECK(unknown.of("b")["leaked"] == true);
    CHECK(smolvm.calls("create").empty());
    smolvm.answer({{"ls", {{{"out", "[]\n"}}}}});
    CHECK(smolvm.run(plans, with_journal(scene, {"--resume"})).of("b")["status"] == "ok");
  }

  TEST_CASE("a machine of the same name that is not ours survives a resumption") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto plan = created(scene, "mine");
    CHECK(run_program({StandIn::executable(), "machine", "create", "--name", "mine"}, "",
                      smolvm.environment())
              .exit == 0);
    write_journal_of_killed_run(scene, "mine");
    const auto run = resume(scene, smolvm, {plan});
    CHECK(run.of("mine")["error"]["code"] == "create_failed");
    CHECK(run.of("mine")["leaked"] == false);
    CHECK(smolvm.verbs_for("mine") == Verbs{"create", "create"});
    CHECK(smolvm.machines() == std::set<std::string>{"mine"});
  }

  TEST_CASE(
      "a machine that a person makes after a resumption survives the next, without labels too") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({slow_ones_hang("exec")})));
    const ScopedEnvironment old({{"SMOLVM_VERSION", "1.7.0"}});
    run_and_kill(scene, smolvm, {created(scene, "slow")}, 0, 1);
    CHECK(resume(scene, smolvm, {}).ended.exit == 0);
    CHECK(smolvm.machines().empty());
    CHECK(run_program({StandIn::executable(), "machine", "create", "--name", "slow"}, "",
                      smolvm.environment())
              .exit == 0);
    CHECK(resume(scene, smolvm, {}).ended.exit == 0);
    CHECK(smolvm.machines() == std::set<std::string>{"slow"});
  }

  TEST_CASE("a guest that is up stays up when its changed plan comes and its create is ended") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule("create", {2}, action("hang", "polite"))})));
    const auto plan = bring_up_and_change(scene, smolvm);
    const auto changed = resume(scene, smolvm, {plan}, {"--deadline", "create=0.2"});
    CHECK(changed.of("b")["error"]["code"] == "timeout");
    CHECK(changed.of("b")["leaked"] == false);
    CHECK(smolvm.machines() == std::set<std::string>{"b"});
    CHECK(std::ranges::count(smolvm.verbs_for("b"), "stop") == 0);
  }

  TEST_CASE(
      "a guest that is up survives the resumption after its changed plan's create was killed") {
    const Scene scene;
    const StandIn smolvm(scene,
                         scenario(json::array({rule("create", {2}, action("hang", "polite"))})));
    const auto plan = bring_up_and_change(scene, smolvm);
    {
      ProgramOptions options;
      options.environment = smolvm.environment();
      Program program(Scene::up(StandIn::executable(), with_journal(scene, {"--resume"})), options);
      program.write(feed_of({plan}));
      smolvm.wait_for_calls("create", 2);
      program.send_signal(SIGKILL);
      CHECK(program.wait_keeping_input().signal == SIGKILL);
    }
    const auto run = resume(scene, smolvm, {});
    CHECK(run.ended.exit == 0);
    CHECK(smolvm.machines() == std::set<std::string>{"b"});
    CHECK(std::ranges::count(smolvm.verbs_for("b"), "stop") == 0);
  }

  TEST_CASE("a name that a killed create has reserved is waited for, and only then") {
    const Scene scene;
    const Recorder smolvm(scene);
    const char* reserved =
        "Error: config operation failed: create machine: machine 'b' already exists or is being "
        "created\n";
    smolvm.answer({{"create", {{{"exit", 1}, {"err", reserved}}, {{"exit", 0}}}},
                   {"ls", {{{"out", "[]\n"}}}}});
    const std::vector<json> plans = {created(scene, "b")};
    CHECK(smolvm.run(plans).of("b")["error"]["code"] == "create_failed");
    smolvm.forget_calls();
    write_journal_of_killed_run(scene, "b");
    SUBCASE("by the next run") {}
    SUBCASE("by the one after it") {
      CHECK(smolvm.run({}, with_journal(scene, {"--resume"})).ended.exit == 0);
    }
    const auto run = smolvm.run(plans, with_journal(scene, {"--resume"}));
    CHECK(run.of("b")["status"] == "ok");
    CHECK(run.of("b")["phases"][0]["attempts"] == 2);
  }

  TEST_CASE("a torn last line is left out, a damaged one before it is refused by its number") {
    const Scene scene;
    const StandIn smolvm(scene);
    const std::vector<json> plans = {scene.plan("a"), scene.plan("b")};
    REQUIRE(smolvm.run(plans, with_journal(scene, {"--jobs", "1"})).ended.exit == 0);
    const auto whole = journal_of(scene);
    CHECK(lines_of(whole).size() == 5);

    scene.directory().write("journal", whole.substr(0, whole.size() - 20));
    const auto torn = resume(scene, smolvm, plans);
    CHECK(torn.ended.exit == 0);
    CHECK(torn.log_lines_with("1 plans have their answers, 1 were in flight") == 1);
    CHECK(smolvm.verbs_for("b") == Verbs{"cp", "exec", "cp", "exec"});

    auto damaged = whole;
    damaged[whole.find('\n', whole.find('\n') + 1) + 5] = '\0';
    scene.directory().write("journal", damaged);
    const auto refused = resume(scene, smolvm, plans);
    CHECK(refused.ended.exit == 2);
    CHECK(refused.results.empty());
    CHECK(refused.log_lines_with("line 3 is no JSON object") == 1);
    CHECK(journal_of(scene) == damaged);
  }

  TEST_CASE("a byte that changed in a journal is found, also where the line is good JSON still") {
    const Scene scene;
    const StandIn smolvm(scene);
    const std::vector<json> plans = {created(scene, "a"), created(scene, "b")};
    REQUIRE(smolvm.run(plans, with_journal(scene, {"--jobs", "1"})).ended.exit == 0);
    const auto whole = journal_of(scene);
    const auto second = whole.find('\n') + 1;
    const auto calls = smolvm.calls().size();
    // Of the second line: a digit of the plan's digest, the machine's name, the sum itself.
    const auto digest = whole.find("\"plan\":\"", second) + 8;
    const auto target = whole.find("\"target\":\"", second) + 10;
    const auto sum = whole.find("\"sum\":\"", second) + 7;
    for (const auto at : {digest, target, sum}) {
      CAPTURE(at);
      auto damaged = whole;
      damaged[at] = damaged[at] == '1' ? '2' : '1';
      scene.directory().write("journal", damaged);
      const auto refused = resume(scene, smolvm, plans);
      CHECK(refused.ended.exit == 2);
      CHECK(refused.log_lines_with("line 2 is not as it was written") == 1);
    }
    CHECK(smolvm.calls().size() == calls);
  }

  TEST_CASE("the same plan twice: each line has its own answer after a crash, too") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({slow_ones_hang("exec")})));
    const std::vector<json> plans = {created(scene, "slow"), created(scene, "slow"),
                                     scene.plan("other")};
    // The second is a duplicate, refused and written down while the first has no answer.
    run_and_kill(scene, smolvm, plans, 2, 2);
    for (int resumption = 0; resumption < 2; ++resumption) {
      const auto run = resume(scene, smolvm, plans);
      std::map<int, std::string> status_of;
      for (const auto& result : run.results)
        status_of[result["line"]] = result["status"];
      CHECK(run.results.size() == 3);
      CHECK(status_of == std::map<int, std::string>{{1, "ok"}, {2, "rejected"}, {3, "ok"}});
    }
  }

  TEST_CASE("an answer that is given again says where its plan stands now") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto first = smolvm.run({scene.plan("a"), scene.plan("b")}, with_journal(scene));
    const auto run = resume(scene, smolvm, {scene.plan("new"), scene.plan("b"), scene.plan("a")});
    CHECK(run.of("a")["line"] == 3);
    CHECK(run.of("b") == first.of("b"));
  }

  TEST_CASE("a file that is not this run's journal is refused and left as it is") {
    const Scene scene;
    const StandIn smolvm(scene);
    const auto path = scene.directory().path("journal");
    const auto refused_with = [&](const std::vector<std::string>& options, std::string_view why) {
      CAPTURE(why);
      const auto run = smolvm.run({scene.plan("a")}, options);
      CHECK(run.ended.exit == 2);
      CHECK(run.results.empty());
      CHECK(run.log_lines_with(why) == 1);
    };
    for (const auto* content : {"no journal", "{\"status\":\"ok\"}\n", "\n", "a\nb\n"}) {
      scene.directory().write("journal", content);
      refused_with(with_journal(scene), "is damaged or no journal");
      refused_with(with_journal(scene, {"--resume"}), "is damaged or no journal");
      CHECK(journal_of(scene) == content);
    }
    std::filesystem::remove(path);
    CHECK(smolvm.run({scene.plan("b")}, with_journal(scene, {"--run", "r1"})).ended.exit == 0);
    refused_with(with_journal(scene), "is of run r1: go on with it by --resume");
    refused_with(with_journal(scene, {"--resume", "--run", "r2"}), "is of run r1, not of r2");
    refused_with({"--journal", scene.directory().path()}, "cannot be opened");
    refused_with({"--journal", scene.directory().path("no/such")}, "cannot be opened");
    refused_with({"--journal", "/dev/null"}, "is no regular file");
    CHECK(smolvm.verbs_for("a").empty());
  }

  TEST_CASE("a journal has one run at a time") {
    const Scene scene;
    const StandIn smolvm(scene);
    ProgramOptions options;
    options.environment = smolvm.environment();
    Program program(Scene::up(StandIn::executable(), with_journal(scene)), options);
    program.write(feed_of({scene.plan("a")}));
    CHECK(program.read_line());
    const auto second = resume(scene, smolvm, {scene.plan("a")});
    CHECK(second.ended.exit == 2);
    CHECK(second.log_lines_with("is in use by another run") == 1);
    CHECK(program.wait().exit == 0);
  }

  TEST_CASE("a duplicate that was refused stays refused when its original has its answer") {
    const Scene scene;
    const StandIn smolvm(scene, scenario(json::array({slow_ones_hang("exec")})));
    auto second = scene.plan("slow");
    second["id"] = "second";
    const std::vector<json> plans = {scene.plan("slow"), second};
    run_and_kill(scene, smolvm, plans, 1, 1);
    const auto run = resume(scene, smolvm, plans);
    REQUIRE(run.results.size() == 2);
    CHECK(count_by_status(run) == std::map<std::string, int>{{"ok", 1}, {"rejected", 1}});
    CHECK(smolvm.verbs_for("slow") == Verbs{"cp", "exec", "cp", "exec"});
  }

  TEST_CASE("a disk that is full: what cannot be written down is given up, and the run ends") {
    const Scene scene;
    const StandIn smolvm(
        scene,
        scenario(json::array({rule_for("exec", "loud*", {{"exit", 3}, {"stderr_bytes", 60000}}),
                              rule_for("cp", "last", action("latency", 20))})));
    std::vector<json> plans;
    for (int i = 0; i < 12; ++i)
      plans.push_back(scene.plan("loud" + std::to_string(i)));
    plans.push_back(scene.plan("last"));
    std::vector<std::string> argv = {"/bin/sh", "-c", "ulimit -f 600; exec \"$@\"", "sh"};
    std::ranges::move(Scene::up(StandIn::executable(), with_journal(scene, {"--jobs", "2"})),
                      std::back_inserter(argv));
    const auto full = collect(run_program(argv, feed_of(plans), smolvm.environment()));
    CHECK(full.ended.exit == 3);
    CHECK(targets_of(full).size() == full.results.size());
    CHECK(full.log_lines_with("the journal cannot be written") == 1);
    CHECK(count_by_status(full)["cancelled"] > 0);
    CHECK(journal_of(scene).ends_with('\n'));
    CHECK(scene.staging_is_gone());

    const auto run = resume(scene, smolvm, plans);
    CHECK(run.results.size() == plans.size());
    CHECK(targets_of(run).size() == plans.size());
    CHECK(run.of("last")["status"] == "ok");
  }

  TEST_CASE("an option that needs the journal says so") {
    const Scene scene;
    const StandIn smolvm(scene);
    CHECK(smolvm.run({}, {"--resume"}).ended.exit == 2);
    CHECK(smolvm.run({}, with_journal(scene, {"--retry-failed"})).ended.exit == 2);
  }
}
