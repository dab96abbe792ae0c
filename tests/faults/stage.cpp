// Building a story's scene and looking at it afterwards.
#include "stage.hpp"

#include "../support/certificates.hpp"
#include "processes.hpp"

#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace smolfleet::faults {
namespace {

std::string ca_named(const std::string& name) {
  test::CertificateWish wish;
  wish.common_name = name;
  return test::issue(wish).certificate_pem;
}

}  // namespace

CaFiles issue_cas(const test::TempDir& directory) {
  const auto both = test::issue();
  const auto fifo = directory.path("fifo.pem");
  if (::mkfifo(fifo.c_str(), 0600) != 0) throw std::runtime_error("no FIFO can be made");
  return {.egress = directory.write("egress.pem", ca_named("faults egress CA")),
          .pipelock = directory.write("pipelock.pem", ca_named("faults pipelock CA")),
          .with_key = directory.write("key.pem", both.certificate_pem + both.key_pem),
          .leaf = directory.write("leaf.pem", test::issue(test::leaf()).certificate_pem),
          .garbage = directory.write("garbage.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n"),
          .fifo = fifo,
          .missing = directory.path("missing.pem")};
}

Stage::Stage(const Programs& programs, const Story& story)
    : programs_(programs), story_(story), feed_(faults::feed_text(story)) {
  for (const auto* name : {"tmp", "vm", "disk"})
    std::filesystem::create_directory(directory_.path(name));
  auto rules = json::array();
  for (const auto& fault : story.rules)
    rules.push_back(fault.rule);
  directory_.write("scenario.json", json{{"seed", story.seed}, {"rules", rules}}.dump(1));
  directory_.write("feed.jsonl", feed_);
  directory_.write("story.txt", tell(story));
  if (story.reader.who == Reader::full_disk) mount_disk(story.reader.bytes);
  if (story.journal.disk) mount_disk(*story.journal.disk);
  prepare_humans();
}

Stage::~Stage() {
  for (const auto& process : processes())
    ::kill(process.pid, SIGKILL);
  if (has_disk_) ::umount2(directory_.path("disk").c_str(), MNT_DETACH);
}

void Stage::mount_disk(std::size_t bytes) {
  const auto options = fmt::format("size={}", bytes);
  has_disk_ = ::mount("faults", directory_.path("disk").c_str(), "tmpfs", MS_NODEV | MS_NOSUID,
                      options.c_str()) == 0;
}

void Stage::grow_disk() const {
  if (!has_disk_) return;
  const bool grown = ::mount("faults", directory_.path("disk").c_str(), "tmpfs",
                             MS_NODEV | MS_NOSUID | MS_REMOUNT, "size=64m") == 0;
  if (!grown) throw std::runtime_error("the disk cannot be made larger");
}

std::string Stage::journal_path() const {
  return directory_.path(story_.journal.disk ? "disk/journal" : "journal");
}

std::string Stage::results_path() const {
  switch (story_.reader.who) {
    case Reader::full_device:
      return "/dev/full";
    case Reader::full_disk:
      // Only root can have a small disk; the big one that is full is as good.
      return has_disk_ ? directory_.path("disk/results.jsonl") : "/dev/full";
    default:
      return directory_.path("results.jsonl");
  }
}

std::vector<std::string> Stage::argv(const Act& act) const {
  std::vector<std::string> argv = {programs_.smolfleet, "up", "--smolvm", programs_.smolvm};
  argv.insert(argv.end(), story_.options.begin(), story_.options.end());
  if (story_.journal.is_kept) argv.insert(argv.end(), {"--journal", journal_path()});
  if (act.resumes) argv.emplace_back("--resume");
  if (act.resumes && story_.journal.retries_failed) argv.emplace_back("--retry-failed");
  if (story_.feed.via == FeedVia::named_file) argv.push_back(directory_.path("feed.jsonl"));
  return argv;
}

Stage::Environment Stage::calm_environment() const {
  return {{"TMPDIR", directory_.path("tmp")},
          {"SMOLVM_DATA_DIR", directory_.path("vm")},
          {"SMOLVM_GUEST", "none"}};
}

std::vector<std::string> Stage::environment() const {
  auto variables = calm_environment();
  variables["SMOLVM_LOG"] = directory_.path("smolvm.log");
  variables["SMOLVM_SCENARIO"] = directory_.path("scenario.json");
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable(*entry);
    const bool ours = variable.starts_with("SMOLVM_") || variable.starts_with("SMOLFLEET_") ||
                      variable.starts_with("TMPDIR=");
    if (!ours) all.emplace_back(variable);
  }
  for (const auto& [name, value] : variables)
    all.push_back(name + "=" + value);
  return all;
}

std::string Stage::smolvm(std::vector<std::string> words) const {
  std::vector<std::string> argv = {programs_.smolvm, "machine"};
  std::ranges::move(words, std::back_inserter(argv));
  const auto ended = run_quietly(argv, calm_environment());
  if (ended.exit != 0)
    throw std::runtime_error(fmt::format("the stand-in refuses {}: {}", argv[2], ended.out));
  return ended.out;
}

void Stage::prepare_humans() const {
  for (const auto& machine : story_.humans) {
    std::ignore = smolvm({"create", "--name", machine.name, "--label", "owner=human"});
    if (machine.running) std::ignore = smolvm({"start", "--name", machine.name});
  }
}

Machines Stage::machines() const {
  Machines machines;
  for (auto& machine : json::parse(smolvm({"ls", "--json"}))) {
    const auto name = machine["name"].get<std::string>();
    machines.emplace(name, std::move(machine));
  }
  return machines;
}

std::vector<Process> Stage::processes(const std::set<std::string>& names) const {
  auto found = processes_with("SMOLVM_DATA_DIR=" + directory_.path("vm"));
  const bool has_vms = std::ranges::any_of(found, &Process::is_vm);
  if (!has_vms) return found;
  for (const auto& name : names) {
    const auto directory = smolvm({"data-dir", "--name", name});
    const auto config = directory.substr(0, directory.find('\n')) + "/boot-config.json";
    for (auto& process : found) {
      if (process.is_vm() && process.argv.back() == config) process.machine = name;
    }
  }
  return found;
}

std::vector<json> Stage::calls() const {
  // Whole lines: a SIGKILL can cut a call's writing of its own.
  const auto text = directory_.read("smolvm.log");
  std::vector<json> calls;
  for (const auto& line : test::lines_of(text.substr(0, text.rfind('\n') + 1)))
    calls.push_back(json::parse(line));
  return calls;
}

std::vector<std::string> Stage::temporary_files() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path("tmp")))
    names.push_back(entry.path().filename().string());
  return names;
}

}  // namespace smolfleet::faults
