// Telling addresses from paths.
#include "smolfleet/metrics/target.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <charconv>
#include <optional>

namespace smolfleet::metrics {
namespace {

using Parsed = std::expected<Target, std::string>;

constexpr std::string_view ipv4_loopback = "127.0.0.1";

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::optional<std::uint16_t> port_in(std::string_view text) {
  std::uint16_t port = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, port);
  return read.ec == std::errc() && read.ptr == end ? std::optional(port) : std::nullopt;
}

/// The host as a numeric loopback address; nothing: others can reach it, or it is a name.
std::optional<std::string> loopback_of(std::string host) {
  if (host.empty() || host == "localhost") return std::string(ipv4_loopback);
  if (host.starts_with("127.") && is_ipv4(host)) return host;
  if (host == "[::1]") return "::1";
  return std::nullopt;
}

Parsed refused_host(std::string_view text, const std::string& host) {
  if (is_ipv6(host)) {
    return std::unexpected(
        fmt::format("{}: an IPv6 address stands in brackets, as in [::1]:9464", text));
  }
  return std::unexpected(
      fmt::format("{} is no address that only this host can reach, and whoever can reach the "
                  "metrics can read them: give 127.0.0.1:PORT, [::1]:PORT or :PORT; a file whose "
                  "name has a colon is written ./NAME",
                  text));
}

Parsed path_or_slip(const std::string& text) {
  if (port_in(text)) {
    return std::unexpected(fmt::format(
        "{0} may be a port or a file: write :{0} for the port, ./{0} for the file", text));
  }
  if (is_ipv4(text)) return std::unexpected(fmt::format("{0} lacks a port: {0}:9464", text));
  return std::filesystem::path(text);
}

}  // namespace

Parsed parse_target(std::string_view text) {
  if (text.empty()) return std::unexpected("give a file's path or an address such as :9464");
  if (text.find("://") != std::string_view::npos) {
    return std::unexpected(fmt::format(
        "{} is a URL: give the address alone, as in 127.0.0.1:9464; the path is /metrics", text));
  }
  const bool is_path = text.find('/') != std::string_view::npos;
  const auto colon = text.rfind(':');
  if (is_path || colon == std::string_view::npos) {
    return is_path ? Parsed(std::filesystem::path(text)) : path_or_slip(std::string(text));
  }
  const std::string host(text.substr(0, colon));
  const auto loopback = loopback_of(host);
  if (!loopback) return refused_host(text, host);
  const auto port = port_in(text.substr(colon + 1));
  if (!port) return std::unexpected(fmt::format("{}: the port is a number up to 65535", text));
  return Loopback{.host = *loopback, .port = *port};
}

}  // namespace smolfleet::metrics
