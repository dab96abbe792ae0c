// Writing results without blocking.
#include "smolfleet/results/writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace smolfleet::results {

Writer::Writer(const core::Executor& executor, core::OwnStream stream, std::size_t bound,
               std::function<void()> on_broken, std::string content)
    : stream_(std::move(stream)),
      bound_(bound),
      on_broken_(std::move(on_broken)),
      content_(std::move(content)),
      turn_(executor, 1),
      room_(executor),
      drained_(executor) {}

core::Awaitable<void> Writer::write(std::string_view line) {
  const auto turn = co_await turn_.enter();
  while (turn && !fault_ && queued() >= bound_) {
    const bool cancelled = co_await core::cancelled();
    if (cancelled) break;
    co_await room_.wait();
  }
  add(line);
}

void Writer::add(std::string_view line) {
  if (fault_) return;
  queue_.append(line);
  if (!waiting_) write_queued();
}

void Writer::write_queued() {
  while (!fault_ && queued() > 0) {
    const auto count =
        ::write(stream_.descriptor().native_handle(), queue_.data() + written_, queued());
    if (count >= 0) {
      written_ += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      return hurried_ ? give_up() : wait_for_room();
    } else if (errno != EINTR) {
      const auto reason = std::generic_category().message(errno);
      return break_off(fmt::format("cannot write {}: {}", content_, reason));
    }
  }
  queue_.clear();
  written_ = 0;
  room_.ring();
  drained_.ring();
}

void Writer::wait_for_room() {
  waiting_ = true;
  queue_.erase(0, std::exchange(written_, 0));
  room_.ring();
  stream_.descriptor().async_wait(asio::posix::stream_descriptor::wait_write,
                                  [this](std::error_code) {
                                    waiting_ = false;
                                    write_queued();
                                  });
}

core::Awaitable<void> Writer::flush() {
  while (!fault_ && queued() > 0)
    co_await drained_.wait();
  while (waiting_)
    co_await drained_.wait();
}

void Writer::hurry() {
  hurried_ = true;
  if (queued() > 0) give_up();
}

void Writer::give_up() {
  break_off("results were dropped: the run was left before they were read");
}

void Writer::break_off(std::string fault) {
  if (fault_) return;
  fault_ = std::move(fault);
  queue_.clear();
  written_ = 0;
  stream_.descriptor().cancel();
  room_.ring();
  drained_.ring();
  on_broken_();
}

}  // namespace smolfleet::results
