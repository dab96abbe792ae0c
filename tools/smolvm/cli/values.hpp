// The values of flags: what each must look like, and what it means.
#pragma once

#include "cli/grammar.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace smolfleet::standin {

/// "30s", "5m", "500ms", "1m30s". None: not a duration, or zero.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "0644" or "644".
[[nodiscard]] std::optional<unsigned> parse_mode(std::string_view text);

/// Why `name` can't be a machine's name (contract §1.1); none: it can.
[[nodiscard]] Complaint check_machine_name(std::string_view name);

Complaint check_duration(std::string_view value);
Complaint check_mode(std::string_view value);
Complaint check_port(std::string_view value);
Complaint check_label(std::string_view value);
Complaint check_key_value(std::string_view value);
Complaint check_u8(std::string_view value);
Complaint check_u32(std::string_view value);
Complaint check_u64(std::string_view value);
Complaint check_ipv4(std::string_view value);
Complaint check_cidr(std::string_view value);
Complaint check_allowed_host(std::string_view value);
Complaint check_net_backend(std::string_view value);

}  // namespace smolfleet::standin
