// Listening to one child: reads as the pipes fill, reaps as the pidfd says so.
#include "smolfleet/process/conversation.hpp"

#include "process/spawn_failure.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

namespace smolfleet::process {
namespace {

/// As much as a pipe holds, so that one read usually empties it. On the stack: the loop has one
/// thread, so one buffer at a time serves all children.
using ReadBuffer = std::array<char, 64 * std::size_t{1024}>;

}  // namespace

Conversation::Conversation(const core::Executor& executor, Poller& poller, std::size_t capture)
    : bell_(executor),
      out_(capture),
      err_(capture),
      out_watch_(poller, [this] { on_readable(out_watch_, out_); }),
      err_watch_(poller, [this] { on_readable(err_watch_, err_); }),
      exit_watch_(poller, [this] { on_exit(); }) {}

std::expected<void, NotSpawned> Conversation::begin(const Command& command) {
  auto fds = child_.spawn(command);
  if (!fds) return std::unexpected(std::move(fds).error());
  const auto error = listen(std::move(*fds));
  if (!error) return {};
  hang_up();
  exit_watch_.close();
  child_.kill_and_reap();
  return std::unexpected(watch_failure(error.value(), command.argv.front()));
}

std::error_code Conversation::listen(ChildFds fds) {
  auto error = out_watch_.open(std::move(fds.out));
  if (!error) error = err_watch_.open(std::move(fds.err));
  if (!error) error = exit_watch_.open(std::move(fds.exit));
  return error;
}

void Conversation::on_readable(Poller::Watch& pipe, Capture& capture) {
  ReadBuffer buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills what is used
  const auto count = ::read(pipe.fd(), buffer.data(), buffer.size());
  if (count > 0) capture.append(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
  const bool goes_on = count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
  if (goes_on) return;
  pipe.close();
  ring_if_ended();
}

void Conversation::on_exit() {
  // Once reaped, the group's number may be somebody else's: what is left of it is ended before.
  if (ending_ && child_.has_ended()) child_.signal_group(SIGKILL);
  status_ = child_.try_reap();
  if (!status_) return;
  exit_watch_.close();
  ring_if_ended();
}

void Conversation::ring_if_ended() {
  if (status_) bell_.ring();
}

void Conversation::end_group(int signal) {
  ending_ = true;
  child_.signal_group(signal);
  child_.signal_group(SIGCONT);  // who is stopped handles no signal
}

void Conversation::hang_up() {
  out_watch_.close();
  err_watch_.close();
}

}  // namespace smolfleet::process
