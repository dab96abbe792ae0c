// Listening to one child: reads as the pipes fill, reaps as the pidfd says so.
#include "smolfleet/process/conversation.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

namespace smolfleet::process {
namespace {

using Descriptor = asio::posix::stream_descriptor;

/// As much as a pipe holds, so that one read usually empties it. On the stack: the loop has one
/// thread, so one buffer at a time serves all children.
using ReadBuffer = std::array<char, 64 * std::size_t{1024}>;

}  // namespace

Conversation::Conversation(const core::Executor& executor, std::size_t capture)
    : bell_(executor), child_(executor), out_(capture), err_(capture) {}

std::expected<void, NotSpawned> Conversation::begin(const Command& command) {
  auto spawned = child_.spawn(command);
  if (!spawned) return spawned;
  pending_ = 3;
  listen(child_.out(), out_);
  listen(child_.err(), err_);
  await_exit();
  return {};
}

void Conversation::listen(Descriptor& pipe, Capture& capture) {
  pipe.async_wait(Descriptor::wait_read, [this, &pipe, &capture](std::error_code error) {
    on_readable(pipe, capture, error);
  });
}

void Conversation::on_readable(Descriptor& pipe, Capture& capture, std::error_code error) {
  ReadBuffer buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills what is used
  const auto count = error ? 0 : ::read(pipe.native_handle(), buffer.data(), buffer.size());
  if (count > 0) capture.append(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
  // A readiness without data is possible: a sibling that is just being spawned holds a copy of our
  // descriptors for a moment, so the kernel may report one that was closed and used again.
  const bool goes_on = count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
  if (goes_on && pipe.is_open()) return listen(pipe, capture);
  std::error_code ignored;
  pipe.close(ignored);
  finish_one();
}

void Conversation::await_exit() {
  child_.pidfd().async_wait(Descriptor::wait_read,
                            [this](std::error_code error) { on_exit(error); });
}

void Conversation::on_exit(std::error_code) {
  // Once reaped, the group's number may be somebody else's: what is left of it is ended before.
  if (ending_ && child_.has_ended()) child_.signal_group(SIGKILL);
  status_ = child_.try_reap();
  if (!status_) return await_exit();
  std::error_code ignored;
  child_.pidfd().close(ignored);
  finish_one();
}

void Conversation::finish_one() {
  --pending_;
  if (status_) bell_.ring();
}

void Conversation::end_group(int signal) {
  ending_ = true;
  child_.signal_group(signal);
}

void Conversation::hang_up() {
  std::error_code ignored;
  child_.out().close(ignored);
  child_.err().close(ignored);
}

}  // namespace smolfleet::process
