// Runs of `smolfleet check`, held against what `up` really does.
#include "../support/certificates.hpp"
#include "../support/schema.hpp"
#include "../up/fixture.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace smolfleet::test;

namespace {

/// A run of `smolfleet check --json` that has ended.
struct CheckRun {
  Ended ended;
  std::vector<json> verdicts;
  json closing;
};

Ended check(const Scene& scene, std::string_view input, std::vector<std::string> options = {},
            const std::map<std::string, std::string>& more = {}) {
  std::vector<std::string> argv = {from_build("SMOLFLEET_EXE"), "check", "--smolvm",
                                   from_build("RECORDING_SMOLVM_EXE")};
  std::ranges::move(options, std::back_inserter(argv));
  auto environment = scene.environment();
  environment.insert(more.begin(), more.end());
  return run_program(std::move(argv), input, environment);
}

/// Reads what it said, and checks each line against the schema that ships.
CheckRun check_json(const Scene& scene, std::string_view input,
                    std::vector<std::string> options = {}) {
  options.emplace_back("--json");
  CheckRun run;
  run.ended = check(scene, input, std::move(options));
  for (const auto& line : lines_of(run.ended.out)) {
    run.verdicts.push_back(json::parse(line));
    CHECK(schema_fault(run.verdicts.back(), schema_file("check")) == "");
  }
  REQUIRE_FALSE(run.verdicts.empty());
  run.closing = std::move(run.verdicts.back());
  run.verdicts.pop_back();
  return run;
}

/// A plan with everything in it that ends up in a command.
json rich_plan(const Scene& scene) {
  auto plan = scene.plan("rich");
  scene.directory().write("prompt:1", "hello");
  plan["egress_plan"]["routes"] = {{{"host", "api.example.com"}}};
  plan["machine"] = {{"image", "debian:12"},
                     {"cpus", 2},
                     {"memory_mib", 512},
                     {"ports", {"8080:80"}},
                     {"env", {{"TOKEN", "s3cret"}, {"MORE", "it's"}}},
                     {"labels", {{"team", "a b"}}},
                     {"volumes", {scene.directory().path() + ":/work:ro"}},
                     {"init", {"echo 'x'"}},
                     {"command", {"sleep", "1"}}};
  plan["steps"] = {
      {{"copy",
        {{"from", scene.directory().path("prompt:1")}, {"to", "/root/p"}, {"mode", "0600"}}}},
      {{"exec", {{"argv", {"sh", "-c", "id"}}, {"env", {{"A", "b"}}}}}}};
  return plan;
}

/// argv of a command, with what `check` does not know as it calls it: the directory in which things
/// are staged, and the invocation.
std::vector<std::string> as_check_shows(const json& argv) {
  const std::string invocation = "smolfleet.invocation=";
  std::vector<std::string> words;
  for (std::string word : argv) {
    if (word.starts_with(invocation)) word = invocation + "INVOCATION";
    const auto end = word.rfind('/');
    const auto directory = word.substr(0, end == std::string::npos ? 0 : end);
    const bool is_staged = directory == "STAGED" || directory.contains("/smolfleet-");
    words.push_back(is_staged ? "STAGED" + word.substr(end) : word);
  }
  return words;
}

std::vector<std::vector<std::string>> commands_in(const std::vector<json>& calls) {
  std::vector<std::vector<std::string>> commands;
  for (const auto& call : calls) {
    const auto verb = call.value("verb", "");
    if (verb != "help" && verb != "--version" && verb != "ls")
      commands.push_back(as_check_shows(call["argv"]));
  }
  return commands;
}

void answer_as_assumed(const Recorder& smolvm) {
  smolvm.answer({{"--version", {{{"out", "smolvm 1.9.0\n"}}}},
                 {"help", {{{"out", "  --label <K=V>\n  --mode <OCTAL>\n"}}}}});
}

json bad_line(std::string line, std::string_view pointer, std::string_view message,
              std::string_view hint) {
  return {{"line", std::move(line)}, {"pointer", pointer}, {"message", message}, {"hint", hint}};
}

}  // namespace

TEST_SUITE("check_run") {
  TEST_CASE("the commands are word for word those that up runs") {
    const Scene scene;
    const Recorder smolvm(scene);
    answer_as_assumed(smolvm);
    const auto feed = feed_of({rich_plan(scene)});
    const auto run = check_json(scene, feed, {"--run", "r1", "--deadline", "install_ca=7"});
    CHECK(smolvm.calls().empty());
    REQUIRE(run.verdicts.size() == 1);
    std::vector<std::vector<std::string>> shown;
    for (const auto& command : run.verdicts[0]["commands"])
      shown.push_back(as_check_shows(command["argv"]));
    CHECK(smolvm.run({rich_plan(scene)}, {"--run", "r1", "--deadline", "install_ca=7"})
              .of("rich")["status"] == "ok");
    const auto ran = commands_in(smolvm.calls());
    CHECK(ran.size() == 6);
    CHECK(shown == ran);
  }

  TEST_CASE("phases are called as results call them, and the CA is the one that results tell") {
    const Scene scene;
    const Recorder smolvm(scene);
    answer_as_assumed(smolvm);
    const auto verdict = check_json(scene, feed_of({rich_plan(scene)})).verdicts.at(0);
    const auto result = smolvm.run({rich_plan(scene)}).of("rich");
    std::vector<json> names;
    for (const auto& phase : result["phases"])
      names.push_back(phase["name"]);
    std::vector<json> shown;
    for (const auto& command : verdict["commands"])
      shown.push_back(command["phase"]);
    CHECK(shown == names);
    auto ca = verdict["ca"];
    CHECK(ca["path"] == scene.egress_ca());
    ca.erase("path");
    CHECK(ca == result["ca"]);
  }

  TEST_CASE("nothing is started, nothing is staged, and no value of env is shown") {
    const Scene scene;
    const Recorder smolvm(scene);
    const auto feed = feed_of({rich_plan(scene)});
    for (const auto& options : std::vector<std::vector<std::string>>{{}, {"--json"}, {"-q"}}) {
      const auto ended = check(scene, feed, options);
      CHECK(ended.exit == 0);
      CHECK_FALSE(ended.out.contains("s3cret"));
      CHECK_FALSE(ended.err.contains("s3cret"));
    }
    CHECK(smolvm.calls().empty());
    CHECK(scene.staging_is_gone());
  }

  TEST_CASE("what up rejects is bad, with the same words") {
    const Scene scene;
    const Recorder smolvm(scene);
    const std::string feed = "nonsense\n[]\n{\"target\":\"a b\"}\n\n" + std::string(1 << 20, 'x') +
                             "x\n" + feed_of({scene.plan("good")});
    const auto run = check_json(scene, feed);
    CHECK(run.ended.exit == 1);
    const auto ended =
        run_program(Scene::up(from_build("RECORDING_SMOLVM_EXE")), feed, scene.environment());
    std::map<int, json> rejected;
    for (const auto& line : lines_of(ended.out)) {
      const auto result = json::parse(line);
      if (result["status"] == "rejected") rejected[result["line"]] = result["error"]["message"];
    }
    std::map<int, json> bad;
    for (const auto& verdict : run.verdicts) {
      if (verdict["verdict"] == "bad") bad[verdict["line"]] = verdict["error"]["message"];
    }
    CHECK(bad.size() == 4);
    CHECK(bad == rejected);
    CHECK(run.closing["summary"] == json{{"plans", 5}, {"good", 1}, {"bad", 4}, {"warnings", 0}});
  }

  TEST_CASE("the exit status tells whether the feed is good, or could not be read") {
    const Scene scene;
    CHECK(check(scene, "").exit == 0);
    CHECK(check(scene, "").out.ends_with("The feed has no plans.\n"));
    CHECK(check(scene, feed_of({scene.plan("b")})).exit == 0);
    CHECK(check(scene, feed_of({scene.plan("b"), scene.plan("b")})).exit == 0);
    CHECK(check(scene, "x\n").exit == 1);
    CHECK(check(scene, "", {"--nonsense"}).exit == 2);
    CHECK(check(scene, "", {"--ca-path", "relative.crt"}).exit == 2);
    CHECK(check(scene, "", {scene.directory().path("nowhere")}).exit == 3);
    CHECK(check(scene, "", {scene.directory().path()}).exit == 3);
  }

  TEST_CASE("a reader that goes away ends it with exit 3") {
    const Scene scene;
    ProgramOptions options;
    options.environment = scene.environment();
    Program program({from_build("SMOLFLEET_EXE"), "check", "--json"}, options);
    program.close_output();
    program.write("x\n");
    const auto left = program.wait_keeping_input();
    CHECK(left.exit == 3);
    CHECK(left.err.contains("cannot write the verdicts: Broken pipe"));
    options.close_stdout = true;
    Program without_output({from_build("SMOLFLEET_EXE"), "check"}, options);
    const auto unheard = without_output.wait();
    CHECK(unheard.exit == 3);
    CHECK(unheard.err.contains("cannot write the verdicts to stdout: Bad file descriptor"));
  }

  TEST_CASE("a feed that comes slowly is judged line by line") {
    const Scene scene;
    ProgramOptions options;
    options.environment = scene.environment();
    Program program({from_build("SMOLFLEET_EXE"), "check", "--json"}, options);
    for (const auto* target : {"a", "b"}) {
      program.write(feed_of({scene.plan(target)}));
      CHECK(json::parse(program.read_line().value())["target"] == target);
    }
    CHECK(program.wait().exit == 0);
  }

  TEST_CASE("--strict refuses what up --strict refuses") {
    const Scene scene;
    auto plan = scene.plan("b");
    plan["note"] = "x";
    CHECK(check(scene, feed_of({plan})).exit == 0);
    const auto run = check_json(scene, feed_of({plan}), {"--strict"});
    CHECK(run.ended.exit == 1);
    CHECK(run.verdicts.at(0)["error"]["pointer"] == "/note");
    CHECK(check(scene, feed_of({plan}), {}, {{"SMOLFLEET_STRICT", "1"}}).exit == 1);
  }

  TEST_CASE("a smolvm that is not there is said, and the feed is checked all the same") {
    const Scene scene;
    const auto ended =
        check(scene, feed_of({scene.plan("b")}), {"--smolvm", "/nonexistent/smolvm"});
    CHECK(ended.exit == 0);
    CHECK(ended.err.contains("/nonexistent/smolvm"));
    CHECK(ended.out.contains("/nonexistent/smolvm machine cp"));
  }

  TEST_CASE("a quiet check of a good feed says how many there were, and nothing else") {
    const Scene scene;
    const auto ended = check(scene, feed_of({scene.plan("b")}), {"--quiet"});
    CHECK(ended.out == "1 plan: 1 good, 0 bad, 0 warnings\n");
    CHECK(ended.err.empty());
  }

  TEST_CASE("a quiet check for machines has only what is bad or doubtful, and the sums") {
    const Scene scene;
    const auto feed = feed_of({scene.plan("b"), scene.plan("c"), scene.plan("b")}) + "x\n";
    const auto run = check_json(scene, feed, {"--quiet"});
    REQUIRE(run.verdicts.size() == 2);
    CHECK(run.verdicts[0]["line"] == 3);
    CHECK(run.verdicts[1]["line"] == 4);
    CHECK(run.closing["summary"]["plans"] == 4);
  }

  TEST_CASE("there are no colours where nobody sees them") {
    const Scene scene;
    CHECK_FALSE(check(scene, "x\n", {}, {{"TERM", "xterm"}}).out.contains('\x1b'));
  }

  TEST_CASE("every kind of bad line says where and what to do") {
    const Scene scene;
    const auto in = [&](const char* fields) {
      return fmt::format(R"({{"target":"b","proxy_plan":{{"ca_cert_host_path":"{}"}},{}}})",
                         scene.pipelock_ca(), fields);
    };
    const std::vector<json> table = {
        bad_line(R"({"target":"b",})", "", "byte 15", "comma"),
        bad_line(R"({"target":'b'})", "", "byte 11", "double quotes"),
        bad_line(R"({target:"b"})", "", "byte 3", "double quotes"),
        bad_line(R"({"target":"b","timeout_s":None})", "", "byte 27", "null"),
        bad_line(R"({"target":"b"} {"target":"c"})", "", "byte 16", "one JSON object per line"),
        bad_line(R"({"target":"b")", "", "breaks off", "jq -c"),
        bad_line(R"({)", "", "breaks off", "jq -c"),
        bad_line(R"([{"target":"b"}])", "", "must be a JSON object", "jq -c"),
        bad_line("{\"target\":\"a\tb\"}", "", "byte 13", "\\t"),
        bad_line("{\"target\":\"\xFF\"}", "", "UTF-8 at byte 12", "iconv"),
        bad_line("\xFF\xFE{", "", "UTF-8 at byte 1", "utf-16"),
        bad_line(R"({"id":"x"})", "/target", "is required", ""),
        bad_line(R"({"target":"b","target":"c"})", "/target", "twice", "once"),
        bad_line(in(R"("machine":{"image":"i","from":"f"})"), "/machine/from", "together", "one"),
        bad_line(in(R"("machine":{"memory_mb":1})"), "/machine/memory_mb", "not a known key",
                 "memory_mib"),
        bad_line(in(R"("machine":{"volumes":["a"]})"), "/machine/volumes/0", "HOST:GUEST", ""),
        bad_line(in(R"("machine":{"command":"sleep 1"})"), "/machine/command", "must be an array",
                 "Write […]"),
        bad_line(in(R"("machine":{"env":["A=s3cret"]})"), "/machine/env", "must be an object",
                 R"(Write {"key": …})"),
        bad_line(in(R"("machine":{"ports":["0"]})"), "/machine/ports/0", "65535", ""),
        bad_line(in(R"("steps":[{"copy":{"from":"a","to":"/b"},"exec":{"argv":["c"]}}])"),
                 "/steps/0", "either copy or exec", ""),
    };
    for (const auto& row : table) {
      const auto line = row["line"].get<std::string>();
      CAPTURE(line);
      const auto run = check_json(scene, line + "\n");
      const auto& error = run.verdicts.at(0)["error"];
      CHECK(error["pointer"] == row["pointer"]);
      CHECK(error["message"].get<std::string>().contains(row["message"].get<std::string>()));
      const auto hint = error["hint"].is_null() ? "" : error["hint"].get<std::string>();
      CHECK(hint.contains(row["hint"].get<std::string>()));
    }
  }

  TEST_CASE("every kind of bad CA says which, where and what to do") {
    const Scene scene;
    auto expired = CertificateWish();
    expired.not_after = expired.not_before + std::chrono::hours(1);
    const auto issued = issue();
    const std::vector<std::pair<std::string, std::string>> table = {
        {issued.certificate_der, "DER"},
        {issue(expired).certificate_pem, "expired"},
        {issue(leaf()).certificate_pem, "not the certificate of a CA"},
        {issued.certificate_pem + issued.key_pem, "private key"},
        {issued.certificate_pem + issued.certificate_pem, "2 certificates"},
        {"", "is empty"}};
    for (const auto& [content, message] : table) {
      CAPTURE(message);
      scene.directory().write("pipelock.pem", content);
      const auto run = check_json(scene, feed_of({scene.plan("b")}));
      CHECK(run.ended.exit == 1);
      const auto& error = run.verdicts.at(0)["error"];
      CHECK(error["pointer"] == "/proxy_plan/ca_cert_host_path");
      CHECK(error["message"].get<std::string>().contains(message));
      CHECK(error["message"].get<std::string>().contains("pipelock"));
      CHECK(error["hint"].is_string());
      CHECK_FALSE(run.ended.out.contains("BEGIN"));
    }
  }
}
