// Connections to ports of this host.
#pragma once

#include "smolfleet/core/unique_fd.hpp"

#include <cstdint>
#include <string>

namespace smolfleet::test {

/// The port that stands behind the last colon of a URL or a message.
[[nodiscard]] std::uint16_t port_in(const std::string& text);

/// A connection to 127.0.0.1; none: nobody listens.
[[nodiscard]] core::UniqueFd connect_to(std::uint16_t port);

}  // namespace smolfleet::test
