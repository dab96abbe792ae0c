// Listening, and answering one request after the other.
#include "smolfleet/metrics/page.hpp"

#include "metrics/visit.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

namespace smolfleet::metrics {
namespace {

using core::Awaitable;
using core::UniqueFd;

constexpr int queued_visitors = 16;
constexpr std::chrono::seconds until_descriptors_are_free(1);

/// An address as the system calls take it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress as_socket_address(const Loopback& address) {
  SocketAddress made;
  if (address.host.find(':') == std::string::npos) {
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(address.port);
    ::inet_pton(AF_INET, address.host.c_str(), &ipv4.sin_addr);
    made.size = sizeof ipv4;
    std::memcpy(&made.storage, &ipv4, sizeof ipv4);
    return made;
  }
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(address.port);
  ::inet_pton(AF_INET6, address.host.c_str(), &ipv6.sin6_addr);
  made.size = sizeof ipv6;
  std::memcpy(&made.storage, &ipv6, sizeof ipv6);
  return made;
}

/// Both kinds of address have the port in the same place.
std::uint16_t port_of(int fd) {
  SocketAddress bound;
  bound.size = sizeof bound.storage;
  ::getsockname(fd, bound.get(), &bound.size);
  sockaddr_in ipv4{};
  std::memcpy(&ipv4, &bound.storage, sizeof ipv4);
  return ntohs(ipv4.sin_port);
}

std::string host_and_port(const Loopback& address, std::uint16_t port) {
  const bool is_ipv4 = address.host.find(':') == std::string::npos;
  return is_ipv4 ? fmt::format("{}:{}", address.host, port)
                 : fmt::format("[{}]:{}", address.host, port);
}

std::string advice_for(int error) {
  switch (error) {
    case EADDRINUSE:
      return "another program listens there, perhaps another smolfleet: give another port, or 0 "
             "for one that is free";
    case EACCES:
      return "ports below 1024 need privileges: give a higher one";
    default:
      return "give another address, or a file";
  }
}

std::unexpected<std::string> cannot_listen(const Loopback& address, int error) {
  return std::unexpected(fmt::format("cannot serve metrics on {}: {}; {}",
                                     host_and_port(address, address.port),
                                     std::generic_category().message(error), advice_for(error)));
}

bool is_about_descriptors(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

std::expected<Listener, std::string> listen_on(const Loopback& address) {
  auto place = as_socket_address(address);
  UniqueFd fd(::socket(place.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // The next run may follow at once, while connections of this one are still being forgotten.
  const int yes = 1;
  const bool listens =
      fd && ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
      ::bind(fd.get(), place.get(), place.size) == 0 && ::listen(fd.get(), queued_visitors) == 0;
  if (!listens) return cannot_listen(address, errno);
  const auto port = port_of(fd.get());
  return Listener{std::move(fd), fmt::format("http://{}/metrics", host_and_port(address, port))};
}

Page::Page(const core::Executor& executor, core::Clock& clock, UniqueFd listener,
           std::function<std::string()> text, std::chrono::milliseconds limit)
    : executor_(executor),
      clock_(clock),
      listener_(executor, listener.release()),
      text_(std::move(text)),
      limit_(limit),
      places_(executor, most_visitors),
      scope_(executor) {}

Awaitable<void> Page::serve() {
  return scope_.run(take_visitors());
}

Awaitable<void> Page::take_visitors() {
  while (true) {
    auto place = co_await places_.enter();
    if (!place) co_return;
    auto visitor = co_await next_visitor();
    if (!visitor) co_return;
    scope_.spawn(serve(std::move(visitor), std::move(*place)));
  }
}

/// None: the task was cancelled.
Awaitable<UniqueFd> Page::next_visitor() {
  while (true) {
    const bool asked = co_await core::cancelled();
    if (asked) co_return UniqueFd();
    co_await listener_.async_wait(Socket::wait_read, core::as_value);
    UniqueFd visitor(
        ::accept4(listener_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (visitor) co_return visitor;
    // It stays readable, and asking again at once would keep the loop busy.
    if (is_about_descriptors(errno))
      co_await clock_.sleep_until(clock_.now() + until_descriptors_are_free);
  }
}

Awaitable<void> Page::serve(UniqueFd visitor, core::Gate::Place place) {
  // Parameters live until the frame does, which may be longer than the page.
  [[maybe_unused]] const auto held = std::move(place);
  // Shared with the limit, whose handler may already be on its way when this task ends.
  const auto socket = std::make_shared<Socket>(executor_);
  std::error_code refused;  // by epoll, whose watches are limited
  socket->assign(visitor.get(), refused);
  if (refused) co_return;
  std::ignore = visitor.release();
  asio::steady_timer limit(executor_, limit_);
  limit.async_wait([socket](std::error_code error) {
    if (!error) socket->close();
  });
  const auto head = co_await read_head(*socket);
  if (!is_read(head)) co_return;
  const auto answer = answer_to(head, text_);
  co_await asio::async_write(*socket, asio::buffer(answer), core::as_value);
}

/// What came up to the end of the head, or until the visitor had gone or the time was over.
Awaitable<std::string> Page::read_head(Socket& socket) {
  std::string head;
  std::array<char, 1024> buffer{};
  while (!is_read(head)) {
    const bool asked = co_await core::cancelled();
    if (asked) break;
    const auto [error, count] =
        co_await socket.async_read_some(asio::buffer(buffer), core::as_value);
    if (error) break;
    head.append(buffer.data(), count);
  }
  co_return head;
}

}  // namespace smolfleet::metrics
