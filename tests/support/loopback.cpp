// Connecting.
#include "loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace smolfleet::test {

std::uint16_t port_in(const std::string& text) {
  return static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1)));
}

core::UniqueFd connect_to(std::uint16_t port) {
  core::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  const int done = ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  return done == 0 ? std::move(fd) : core::UniqueFd();
}

}  // namespace smolfleet::test
