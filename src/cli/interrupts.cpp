// From signals to stages.
#include "smolfleet/cli/interrupts.hpp"

#include <csignal>
#include <system_error>
#include <utility>

namespace smolfleet::cli {
namespace {

bool is_ignored(int signal) {
  struct sigaction inherited{};
  return ::sigaction(signal, nullptr, &inherited) == 0 && inherited.sa_handler == SIG_IGN;
}

}  // namespace

Interrupts::Interrupts(const core::Executor& executor) : signals_(executor) {
  signals_.add(SIGTERM);
  for (const int signal : {SIGINT, SIGHUP}) {
    if (!is_ignored(signal)) signals_.add(signal);
  }
}

void Interrupts::listen(Stages stages) {
  stages_ = std::move(stages);
  await_signal();
}

void Interrupts::stop() {
  over_ = true;
  signals_.cancel();
}

void Interrupts::await_signal() {
  signals_.async_wait([this](std::error_code error, int signal) {
    if (error || over_) return;
    on_signal(signal);
    await_signal();
  });
}

void Interrupts::on_signal(int signal) {
  // A terminal or a service manager that goes away may send it beside the others: it is no step.
  const bool hangs_up = signal == SIGHUP;
  if (hangs_up && (hung_up_ || stage_ != Stage::undisturbed)) return;
  signal_ = signal;
  hung_up_ = hung_up_ || hangs_up;
  if (hangs_up) return stages_.drain(signal);
  switch (stage_) {
    case Stage::undisturbed:
      stage_ = Stage::draining;
      return stages_.drain(signal);
    case Stage::draining:
      stage_ = Stage::cancelling;
      return stages_.cancel(signal);
    case Stage::cancelling:
    case Stage::leaving:
      stage_ = Stage::leaving;
      return stages_.leave(signal);
  }
}

}  // namespace smolfleet::cli
