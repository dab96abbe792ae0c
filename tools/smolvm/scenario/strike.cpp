// Latency, output, and the ways not to go on.
#include "scenario/strike.hpp"

#include "scenario/errors.hpp"
#include "support/console.hpp"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace smolfleet::standin {
namespace {

void wait(std::chrono::duration<double, std::milli> time) {
  const auto whole = std::chrono::duration_cast<std::chrono::nanoseconds>(time);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(whole);
  timespec left{.tv_sec = seconds.count(), .tv_nsec = (whole - seconds).count()};
  while (::clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
  }
}

void wait(const Fault& fault, const std::optional<Crowd>& crowd) {
  if (fault.latency.count() <= 0) return;
  const auto& slowdown = fault.action.latency->slowdown;
  if (slowdown && crowd) return wait_in_crowd(*crowd, *slowdown, fault.latency);
  wait(fault.latency);
}

/// Lines of 64 bytes.
void print_bytes(std::size_t bytes, void (*print)(std::string_view)) {
  const std::string line = std::string(63, 'x') + "\n";
  std::string block;
  while (block.size() < 65536)
    block += line;
  for (; bytes > block.size(); bytes -= block.size())
    print(block);
  print(std::string_view(block).substr(0, bytes));
}

void ignore_all_but_sigkill() {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT})
    ::signal(signal, SIG_IGN);
}

[[noreturn]] void hang() {
  while (true)
    ::pause();
}

/// Ends this process by the signal's default action, whatever it inherited.
void end_by(int signal) {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, signal);
  ::signal(signal, SIG_DFL);
  ::sigprocmask(SIG_UNBLOCK, &signals, nullptr);
  ::kill(::getpid(), signal);
}

bool is_left_to_the_verb(NamedError error, const Call& call) {
  return error == NamedError::unreachable ||
         (error == NamedError::locked && call.id == VerbId::remove);
}

}  // namespace

std::optional<Result<int>> strike(const Fault& fault, const Call& call,
                                  const std::optional<Crowd>& crowd) {
  const auto& action = fault.action;
  // First of all: whoever reads the output may count on it.
  if (action.hang == Hang::stubborn) ignore_all_but_sigkill();
  wait(fault, crowd);
  if (!action.out.empty()) say(action.out);
  if (!action.err.empty()) complain(action.err);
  if (action.out_bytes > 0) print_bytes(action.out_bytes, say);
  if (action.err_bytes > 0) print_bytes(action.err_bytes, complain);

  if (action.hang != Hang::none) hang();
  if (action.signal) end_by(*action.signal);
  if (action.exit) return *action.exit;
  if (action.error && !is_left_to_the_verb(*action.error, call)) {
    return fail(message_of(*action.error, call));
  }
  return std::nullopt;
}

}  // namespace smolfleet::standin
