// Running programs under test.
#include "program.hpp"

#include "usual_signals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace smolfleet::test {
namespace {

using core::UniqueFd;

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "test support: %s\n", what);
  std::abort();
}

std::pair<UniqueFd, UniqueFd> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) give_up("no pipe");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void put(int fd, int target) {
  if (fd < 0) {
    ::close(target);
  } else {
    ::dup2(fd, target);
  }
}

std::string whole_content(int fd) {
  std::string content;
  std::array<char, 65536> buffer{};
  ::lseek(fd, 0, SEEK_SET);
  for (ssize_t count = 0; (count = ::read(fd, buffer.data(), buffer.size())) > 0;) {
    content.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return content;
}

}  // namespace

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

std::string content_of(const std::filesystem::path& file) {
  const std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  return content.str();
}

bool LineReader::read_more() {
  if (!pipe_) return false;
  pollfd ready{.fd = pipe_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, hard_limit_milliseconds) != 1) give_up("no output in time");
  std::array<char, 65536> buffer{};
  const auto count = ::read(pipe_.get(), buffer.data(), buffer.size());
  if (count > 0) unread_.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

std::optional<std::string> LineReader::next() {
  while (unread_.find('\n') == std::string::npos) {
    if (!read_more()) return std::nullopt;
  }
  const auto end = unread_.find('\n');
  auto line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  return line;
}

std::string LineReader::rest() {
  while (read_more()) {
  }
  return std::exchange(unread_, {});
}

Program::Program(std::vector<std::string> argv, ProgramOptions options) {
  std::signal(SIGPIPE, SIG_IGN);
  auto [in_read, in_write] = make_pipe();
  auto [out_read, out_write] = make_pipe();
  auto [log_read, log_write] = make_pipe();
  error_ =
      options.pipe_stderr ? std::move(log_write) : UniqueFd(::memfd_create("stderr", MFD_CLOEXEC));
  std::vector<char*> words;
  words.reserve(argv.size() + 1);
  for (auto& word : argv)
    words.push_back(word.data());
  words.push_back(nullptr);
  const int in = options.close_stdin ? -1 : options.input >= 0 ? options.input : in_read.get();
  const int out = options.close_stdout  ? -1
                  : options.output >= 0 ? options.output
                                        : out_write.get();
  pid_ = ::fork();
  if (pid_ == 0) {
    for (const auto& [name, value] : options.environment) {
      ::setenv(name.c_str(), value.c_str(), 1);
    }
    if (options.own_group) ::setpgid(0, 0);
    restore_usual_signals();
    for (const int signal : options.ignored_signals)
      std::signal(signal, SIG_IGN);
    put(in, STDIN_FILENO);
    put(out, STDOUT_FILENO);
    put(options.error >= 0 ? options.error : error_.get(), STDERR_FILENO);
    if (options.subreaper) ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  if (options.input < 0 && !options.close_stdin) input_ = std::move(in_write);
  if (options.output < 0 && !options.close_stdout) output_ = LineReader(std::move(out_read));
  if (!options.pipe_stderr) return;
  log_ = LineReader(std::move(log_read));
  error_ = {};
}

Program::~Program() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Program::write(std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(input_.get(), text.data(), text.size());
    if (count < 0) return;  // it has stopped reading: its results will tell
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string Program::read_log_line_with(std::string_view text) {
  while (auto line = log_.next()) {
    if (line->find(text) != std::string::npos) return *line;
  }
  give_up(("stderr ended without: " + std::string(text)).c_str());
}

void Program::send_signal(int signal) const {
  ::kill(pid_, signal);
}

Ended Program::wait() {
  close_input();
  return wait_keeping_input();
}

Ended Program::wait_keeping_input() {
  Ended ended;
  ended.out = output_.rest();
  int status = 0;
  ::alarm(hard_limit_milliseconds / 1000);
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  ::alarm(0);
  if (WIFEXITED(status)) ended.exit = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  ended.err = error_ ? whole_content(error_.get()) : log_.rest();
  return ended;
}

Ended run_program(std::vector<std::string> argv, std::string_view input,
                  std::map<std::string, std::string> environment) {
  UniqueFd file(::memfd_create("stdin", MFD_CLOEXEC));
  if (::write(file.get(), input.data(), input.size()) < 0) give_up("no room for the input");
  ::lseek(file.get(), 0, SEEK_SET);
  ProgramOptions options;
  options.environment = std::move(environment);
  options.input = file.get();
  Program program(std::move(argv), std::move(options));
  return program.wait();
}

ScopedEnvironment::ScopedEnvironment(const std::map<std::string, std::string>& variables) {
  for (const auto& [name, value] : variables) {
    const char* const old = std::getenv(name.c_str());
    before_[name] = old == nullptr ? std::nullopt : std::optional<std::string>(old);
    ::setenv(name.c_str(), value.c_str(), 1);
  }
}

ScopedEnvironment::~ScopedEnvironment() {
  for (const auto& [name, value] : before_) {
    if (value) {
      ::setenv(name.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name.c_str());
    }
  }
}

TempDir::TempDir() {
  auto pattern = (std::filesystem::temp_directory_path() / "smolfleet-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) give_up("no temporary directory");
  path_ = pattern;
}

TempDir::~TempDir() {
  if (kept_) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::path(const std::string& name) const {
  return name.empty() ? path_ : path_ + "/" + name;
}

std::string TempDir::write(const std::string& name, std::string_view content) const {
  std::ofstream(path(name), std::ios::binary) << content;
  return path(name);
}

std::string TempDir::read(const std::string& name) const {
  return content_of(path(name));
}

std::string from_build(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr)
    give_up((std::string(name) + " is not set: run the tests by meson").c_str());
  return value;
}

}  // namespace smolfleet::test
