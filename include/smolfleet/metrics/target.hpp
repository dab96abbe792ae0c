// Where metrics go: what --metrics says, as a value.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

namespace smolfleet::metrics {

/// An address of this host that no other host can reach.
struct Loopback {
  std::string host;        ///< "::1", or an IPv4 address of 127.0.0.0/8
  std::uint16_t port = 0;  ///< 0: one that is free
};

/// A file that is replaced every few seconds, or a page that is served over HTTP.
using Target = std::variant<std::filesystem::path, Loopback>;

/// Reads "127.0.0.1:9464", ":9464", "localhost:9464", "[::1]:9464"; anything else is a file's path.
/// Failure: a sentence that says what is wrong and what to write instead. An address that others
/// can reach is refused, and so is what looks like a slip: a bare number, a URL.
[[nodiscard]] std::expected<Target, std::string> parse_target(std::string_view text);

}  // namespace smolfleet::metrics
