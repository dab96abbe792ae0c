// epoll(7) for children, level-triggered: what is not read now is told of again.
#include "smolfleet/process/poller.hpp"

#include "smolfleet/core/last_error.hpp"

#include <array>
#include <cerrno>
#include <tuple>

namespace smolfleet::process {

Poller::Poller(const core::Executor& executor) : set_(executor) {
  core::UniqueFd fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!fd) throw std::system_error(core::last_error(), "epoll_create1");
  set_.assign(fd.get());
  std::ignore = fd.release();
}

std::error_code Poller::Watch::open(core::UniqueFd fd) {
  fd_ = std::move(fd);
  const auto error = poller_.add(*this);
  if (error) fd_ = core::UniqueFd();
  return error;
}

void Poller::Watch::close() {
  if (!fd_) return;
  poller_.remove(*this);
  fd_ = core::UniqueFd();
}

std::error_code Poller::add(Watch& watch) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &watch;
  if (::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, watch.fd(), &event) != 0)
    return core::last_error();
  ++watched_;
  listen();
  return {};
}

/// Closing alone is not enough: vfork(2) lets the parent go on a moment before the child's exec
/// closes its copies of our descriptors, and as long as one is open the kernel tells of it.
void Poller::remove(const Watch& watch) {
  ::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, watch.fd(), nullptr);
  for (auto& event : batch_)
    if (event.data.ptr == &watch) event.data.ptr = nullptr;
  --watched_;
  // The loop is to end when nothing is watched any more.
  if (watched_ == 0) set_.cancel();
}

void Poller::listen() {
  if (listening_ || watched_ == 0) return;
  listening_ = true;
  set_.async_wait(asio::posix::stream_descriptor::wait_read,
                  [this, alive = std::weak_ptr(alive_)](std::error_code error) {
                    if (alive.expired()) return;
                    listening_ = false;
                    if (!error) dispatch();
                    listen();
                  });
}

void Poller::dispatch() {
  std::array<epoll_event, 64> events;  // NOLINT(cppcoreguidelines-pro-type-member-init): as below
  const int count =
      ::epoll_wait(set_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
  if (count <= 0) return;
  batch_ = std::span(events).first(static_cast<std::size_t>(count));
  for (const auto& event : batch_)
    if (event.data.ptr != nullptr) static_cast<Watch*>(event.data.ptr)->on_ready_();
  batch_ = {};
}

}  // namespace smolfleet::process
