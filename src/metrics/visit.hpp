// One request and its answer, as bytes: the little of HTTP that a scraper speaks.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace smolfleet::metrics {

/// Longest head of a request in bytes; Prometheus sends about 400.
inline constexpr std::size_t longest_head = 8192;

/// Whether the head is complete, or longer than any that is read.
[[nodiscard]] bool is_read(std::string_view head);

/// The whole answer, after which the connection is closed. `text` is called for GET and HEAD of
/// /metrics. Never throws for any head.
[[nodiscard]] std::string answer_to(std::string_view head,
                                    const std::function<std::string()>& text);

}  // namespace smolfleet::metrics
