// The scene of the tests of `smolfleet up`.
#include "fixture.hpp"

#include "../support/certificates.hpp"
#include "../support/schema.hpp"

#include <doctest/doctest.h>
#include <sched.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

namespace smolfleet::test {
namespace {

std::string ca_named(const std::string& name) {
  CertificateWish wish;
  wish.common_name = name;
  return issue(wish).certificate_pem;
}

std::vector<json> json_lines(const std::string& text) {
  std::vector<json> values;
  for (const auto& line : lines_of(text))
    values.push_back(json::parse(line));
  return values;
}

std::vector<json> with_verb(std::vector<json> calls, std::string_view verb) {
  if (!verb.empty()) std::erase_if(calls, [=](const json& call) { return call["verb"] != verb; });
  return calls;
}

/// Of a log that somebody may be writing just now.
std::vector<json> whole_json_lines(const std::string& text) {
  return json_lines(text.substr(0, text.rfind('\n') + 1));
}

}  // namespace

const json& UpRun::of(std::string_view target) const {
  const auto is_it = [=](const json& result) { return result["target"] == target; };
  CAPTURE(target);
  CAPTURE(ended.err);
  REQUIRE(std::ranges::count_if(results, is_it) == 1);
  return *std::ranges::find_if(results, is_it);
}

std::size_t UpRun::log_lines_with(std::string_view text) const {
  const auto lines = lines_of(ended.err);
  return static_cast<std::size_t>(std::ranges::count_if(
      lines, [=](const std::string& line) { return line.find(text) != std::string::npos; }));
}

UpRun collect(Ended ended) {
  UpRun run;
  for (auto& line : json_lines(ended.out)) {
    const bool is_event = line.contains("event");
    CHECK(schema_fault(line, schema_file(is_event ? "event" : "result")) == "");
    (is_event ? run.events : run.results).push_back(std::move(line));
  }
  run.ended = std::move(ended);
  return run;
}

void read_until_installing(Program& program, int guests) {
  while (guests > 0) {
    const auto event = json::parse(program.read_line().value());
    CHECK(schema_fault(event, schema_file("event")) == "");
    if (event["event"] == "phase_started" && event["phase"] == "install_ca") --guests;
  }
}

Scene::Scene() {
  directory_.write("egress.pem", ca_named("test egress CA"));
  directory_.write("pipelock.pem", ca_named("test pipelock CA"));
  std::filesystem::create_directory(directory_.path("tmp"));
  std::filesystem::create_directory(directory_.path("recording"));
  std::filesystem::create_directory(directory_.path("vm"));
}

json Scene::plan(const std::string& target) const {
  return {{"id", "id-" + target},
          {"target", target},
          {"egress_plan",
           {{"routes", json::array()}, {"mitmproxy_ca_cert_only_host_path", egress_ca()}}},
          {"proxy_plan", {{"ca_cert_host_path", pipelock_ca()}}}};
}

std::vector<std::string> Scene::up(const std::string& smolvm, std::vector<std::string> options) {
  std::vector<std::string> argv = {from_build("SMOLFLEET_EXE"), "up", "--smolvm", smolvm};
  std::ranges::move(options, std::back_inserter(argv));
  return argv;
}

std::map<std::string, std::string> Scene::environment() const {
  return {{"TMPDIR", directory_.path("tmp")},
          {"RECORDING_DIR", directory_.path("recording")},
          {"SMOLVM_DATA_DIR", directory_.path("vm")}};
}

bool Scene::staging_is_gone() const {
  return std::filesystem::is_empty(directory_.path("tmp"));
}

std::vector<std::string> vm_processes(const Scene& scene) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto argv = content_of(entry.path() / "cmdline");
    const bool is_vm = argv.find("_boot-vm") != std::string::npos;
    if (is_vm && argv.find(scene.directory().path()) != std::string::npos) found.push_back(argv);
  }
  return found;
}

std::string feed_of(const std::vector<json>& plans) {
  std::string feed;
  for (const auto& plan : plans)
    feed += plan.dump() + "\n";
  return feed;
}

void Recorder::answer(const json& answers) const {
  scene_.directory().write("recording/answers.json", answers.dump());
}

UpRun Recorder::run(const std::vector<json>& plans, std::vector<std::string> options) const {
  auto argv = Scene::up(from_build("RECORDING_SMOLVM_EXE"), std::move(options));
  return collect(run_program(std::move(argv), feed_of(plans), scene_.environment()));
}

std::vector<json> Recorder::calls(std::string_view verb) const {
  return with_verb(whole_json_lines(scene_.directory().read("recording/calls.jsonl")), verb);
}

void Recorder::forget_calls() const {
  std::filesystem::remove(scene_.directory().path("recording/calls.jsonl"));
}

StandIn::StandIn(const Scene& scene, const json& scenario) : scene_(scene) {
  scene_.directory().write("scenario.json", scenario.dump());
}

std::string StandIn::executable() {
  return from_build("SMOLVM_EXE");
}

std::map<std::string, std::string> StandIn::environment() const {
  auto environment = scene_.environment();
  environment["SMOLVM_GUEST"] = "none";
  environment["SMOLVM_LOG"] = scene_.directory().path("smolvm.log");
  environment["SMOLVM_SCENARIO"] = scene_.directory().path("scenario.json");
  return environment;
}

ProgramOptions StandIn::watched() const {
  ProgramOptions options;
  options.environment = environment();
  options.pipe_stderr = true;
  return options;
}

UpRun StandIn::run(const std::vector<json>& plans, std::vector<std::string> options) const {
  auto argv = Scene::up(executable(), std::move(options));
  return collect(run_program(std::move(argv), feed_of(plans), environment()));
}

std::vector<json> StandIn::calls(std::string_view verb) const {
  return with_verb(whole_json_lines(scene_.directory().read("smolvm.log")), verb);
}

void StandIn::wait_for_calls(std::string_view verb, std::size_t count) const {
  while (calls(verb).size() < count)
    ::sched_yield();
}

Verbs StandIn::verbs_for(std::string_view machine) const {
  Verbs verbs;
  for (const auto& call : calls()) {
    if (call["machine"] == machine) verbs.push_back(call["verb"]);
  }
  return verbs;
}

std::set<std::string> StandIn::machines() const {
  const auto list = run_program({executable(), "machine", "ls", "--json"}, "", environment());
  std::set<std::string> names;
  for (const auto& machine : json::parse(list.out))
    names.insert(machine["name"].get<std::string>());
  return names;
}

}  // namespace smolfleet::test
