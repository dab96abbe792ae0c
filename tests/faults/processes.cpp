// fork, exec, /proc.
#include "processes.hpp"

#include "../support/usual_signals.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace smolfleet::faults {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const auto& word : words)
    pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

void limit(decltype(RLIMIT_NOFILE) resource, std::optional<std::size_t> most) {
  if (!most) return;
  const rlimit both{.rlim_cur = *most, .rlim_max = *most};
  ::setrlimit(resource, &both);
}

/// Content of a file of /proc, split at its NULs; empty if the process has ended.
std::vector<std::string> entries_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::string> entries;
  for (std::string entry; std::getline(file, entry, '\0');)
    entries.push_back(entry);
  return entries;
}

}  // namespace

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return {.read = core::UniqueFd(ends[0]), .write = core::UniqueFd(ends[1])};
}

pid_t start(const Start& what) {
  const auto argv = pointers(what.argv);
  const auto environment = pointers(what.environment);
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("no process can be started");
  if (pid > 0) return pid;
  // Between fork and exec only what is safe when other threads held locks.
  test::restore_usual_signals();
  ::dup2(what.in, STDIN_FILENO);
  ::dup2(what.out, STDOUT_FILENO);
  ::dup2(what.err, STDERR_FILENO);
  limit(RLIMIT_NOFILE, what.descriptors);
  limit(RLIMIT_DATA, what.memory_bytes);
  ::execve(argv[0], argv.data(), environment.data());
  ::_exit(127);
}

Quiet run_quietly(const std::vector<std::string>& argv,
                  const std::map<std::string, std::string>& environment) {
  auto output = make_pipe();
  const core::UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Start what{.argv = argv,
             .environment = {},
             .in = null.get(),
             .out = output.write.get(),
             .err = output.write.get(),
             .descriptors = {},
             .memory_bytes = {}};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string variable(*entry);
    if (!environment.contains(variable.substr(0, variable.find('='))))
      what.environment.push_back(variable);
  }
  for (const auto& [name, value] : environment)
    what.environment.push_back(name + "=" + value);
  const pid_t pid = start(what);
  output.write = {};
  Quiet ended;
  std::array<char, 65536> buffer{};
  for (ssize_t count = 0; (count = ::read(output.read.get(), buffer.data(), buffer.size())) != 0;) {
    if (count > 0) ended.out.append(buffer.data(), static_cast<std::size_t>(count));
    if (count < 0 && errno != EINTR) break;
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) ended.exit = WEXITSTATUS(status);
  return ended;
}

std::vector<Process> processes_with(std::string_view variable) {
  std::vector<Process> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
       entry.increment(error)) {
    const auto name = entry->path().filename().string();
    Process process;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), process.pid);
    if (read.ec != std::errc() || process.pid == ::getpid()) continue;
    const auto variables = entries_of(entry->path() / "environ");
    if (std::ranges::find(variables, variable) == variables.end()) continue;
    process.argv = entries_of(entry->path() / "cmdline");
    found.push_back(std::move(process));
  }
  return found;
}

}  // namespace smolfleet::faults
