// Setting up and taking down a test's world.
#include "playground.hpp"

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace smolfleet::standin::tests {
namespace {

namespace fs = std::filesystem;

constexpr uid_t nobody = 65534;

std::string required_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr)
    throw std::runtime_error(std::string(name) + " is not set: run `meson test`");
  return value;
}

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

fs::path make_directory() {
  // Under /tmp whatever TMPDIR says: other users must be able to reach it.
  std::string pattern = "/tmp/standin-test-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  return pattern;
}

}  // namespace

Playground::Playground(std::string guest, Who who)
    : directory_(make_directory()), executable_(required_variable("SMOLVM_EXE")) {
  environment_ = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                  "NO_COLOR=1"};
  set("SMOLVM_DATA_DIR", directory_ / "data");
  set("SMOLVM_GUEST", guest);
  if (who == Who::caller || ::geteuid() != 0) return;
  // The build directory may be closed to others.
  fs::copy_file(executable_, directory_ / "smolvm");
  executable_ = directory_ / "smolvm";
  fs::permissions(directory_, fs::perms(0755));
  if (::chown(directory_.c_str(), nobody, nobody) != 0) throw std::runtime_error("chown failed");
  prefix_ = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"};
}

Playground::~Playground() {
  std::erase_if(environment_,
                [](const auto& entry) { return entry.starts_with("SMOLVM_SCENARIO="); });
  const auto listed = machine({"ls", "--json"});
  for (const auto& each : nlohmann::json::parse(listed.out, nullptr, false)) {
    const std::string name = each.at("name");
    CHECK(machine({"stop", "-n", name}).code == 0);
    const auto deleted = machine({"delete", "-n", name, "-f"});
    CHECK_MESSAGE(deleted.code == 0, deleted.err);
  }
  for (const auto pid : vm_processes()) {
    ::kill(pid, SIGKILL);
    FAIL_CHECK("a VM process was left behind: " << pid);
  }
  std::error_code error;
  fs::remove_all(directory_, error);
  CHECK_MESSAGE(!error, error.message());
}

void Playground::set(const std::string& name, const std::string& value) {
  std::erase_if(environment_, [&](const auto& entry) { return entry.starts_with(name + "="); });
  environment_.push_back(name + "=" + value);
}

void Playground::use_scenario(const std::string& json) {
  set("SMOLVM_SCENARIO", write("scenario.json", json));
}

std::string Playground::write(const std::string& name, const std::string& content) const {
  std::ofstream(directory_ / name, std::ios::binary) << content;
  return directory_ / name;
}

std::vector<std::string> Playground::command(std::vector<std::string> words) const {
  auto all = prefix_;
  all.push_back(executable_);
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

Ended Playground::smolvm(const std::vector<std::string>& words) const {
  return run(command(words), environment_);
}

Ended Playground::machine(std::vector<std::string> words) const {
  words.insert(words.begin(), "machine");
  return smolvm(words);
}

Ended Playground::shell(const std::string& name, const std::string& script) const {
  return machine({"exec", "--name", name, "--", "sh", "-c", script});
}

void Playground::bring_up(const std::string& name, bool is_bare) const {
  const auto created = is_bare ? machine({"create", "--name", name})
                               : machine({"create", "--name", name, "--net", "-I", "debian:12",
                                          "--", "sleep", "infinity"});
  REQUIRE_MESSAGE(created.code == 0, created.err);
  const auto started = machine({"start", "--name", name});
  // The message says what the kernel lacks: a sandbox needs namespaces and overlays.
  REQUIRE_MESSAGE(started.code == 0, started.err);
}

nlohmann::json Playground::status(const std::string& name) const {
  return nlohmann::json::parse(machine({"status", "-n", name, "--json"}).out);
}

pid_t Playground::vm_pid(const std::string& name) const {
  auto path = machine({"data-dir", "-n", name}).out;
  path.pop_back();
  const auto text = slurp(fs::path(path) / "agent.pid");
  return text.empty() ? 0 : std::stoi(text);
}

std::vector<pid_t> Playground::vm_processes() const {
  std::vector<pid_t> all;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto name = entry.path().filename().native();
    if (!std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) continue;
    const auto line = slurp(entry.path() / "cmdline");
    if (line.contains("_boot-vm") && line.contains(directory_.native()))
      all.push_back(std::stoi(name));
  }
  return all;
}

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + hard_limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::yield();
  }
  return true;
}

void wait_until_gone(pid_t pid) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) return;
  pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
  const int ready =
      ::poll(&ended, 1, static_cast<int>(std::chrono::milliseconds(hard_limit).count()));
  ::close(pidfd);
  if (ready != 1) throw std::runtime_error("process " + std::to_string(pid) + " did not end");
}

}  // namespace smolfleet::standin::tests
