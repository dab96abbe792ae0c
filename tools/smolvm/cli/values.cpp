// The checks behind the flags.
#include "cli/values.hpp"

#include "support/text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace smolfleet::standin {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Complaint check_number(std::string_view value, std::uint64_t most) {
  if (value.empty()) return "cannot parse integer from empty string";
  if (!std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; })) {
    return "invalid digit found in string";
  }
  const auto number = parse_number<std::uint64_t>(value);
  if (!number || *number > most) return cat(value, " is not in 0..=", most);
  return std::nullopt;
}

bool is_ip(int family, const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(family, text.c_str(), address.data()) == 1;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::uint64_t total = 0;
  while (!text.empty()) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number > 1'000'000'000) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit = text.substr(0, text.find_first_of("0123456789"));
    text.remove_prefix(unit.size());
    if (unit == "ms") {
      total += number;
    } else if (unit == "s" || unit == "sec") {
      total += number * 1000;
    } else if (unit == "m" || unit == "min") {
      total += number * 60 * 1000;
    } else if (unit == "h") {
      total += number * 60 * 60 * 1000;
    } else {
      return std::nullopt;
    }
  }
  if (total == 0) return std::nullopt;
  return std::chrono::milliseconds(total);
}

std::optional<unsigned> parse_mode(std::string_view text) {
  const auto mode = parse_number<unsigned>(text, 8);
  return mode && *mode <= 07777 ? mode : std::nullopt;
}

Complaint check_machine_name(std::string_view name) {
  constexpr std::size_t longest = 128;
  if (name.empty()) return "cannot be empty";
  if (name.size() > longest)
    return cat("too long: ", name.size(), " characters (max ", longest, ")");
  if (name.contains('/') || name.contains('\\')) return "cannot contain path separators";
  if (!is_letter_or_digit(name[0])) {
    return cat("must start with a letter or digit (got: \"", name.substr(0, 1), "\")");
  }
  for (const char c : name) {
    if (!is_letter_or_digit(c) && c != '-' && c != '_') {
      return cat("contains invalid character: '", std::string_view(&c, 1), "'");
    }
  }
  if (name.ends_with('-')) return cat("cannot end with a hyphen (got: \"", name, "\")");
  if (name.contains("--")) return "cannot contain consecutive hyphens";
  return std::nullopt;
}

Complaint check_duration(std::string_view value) {
  if (parse_duration(value)) return std::nullopt;
  return "expected a duration above zero with its unit, for example 30s, 5m or 500ms";
}

Complaint check_mode(std::string_view value) {
  if (parse_mode(value)) return std::nullopt;
  return "expected an octal mode, for example 0644";
}

Complaint check_port(std::string_view value) {
  const auto colon = value.find(':');
  for (const auto part :
       {value.substr(0, colon), value.substr(colon == value.npos ? 0 : colon + 1)}) {
    const auto port = parse_number<std::uint16_t>(part);
    if (!port || *port == 0) return "expected HOST:GUEST or PORT, each 1 to 65535";
  }
  return std::nullopt;
}

Complaint check_label(std::string_view value) {
  const auto equals = value.find('=');
  if (equals == value.npos || equals == 0) return "expected KEY=VALUE";
  return std::nullopt;
}

Complaint check_key_value(std::string_view value) {
  const auto equals = value.find('=');
  if (equals == value.npos || equals == 0 || equals + 1 == value.size()) {
    return "expected GUEST=SOURCE";
  }
  return std::nullopt;
}

Complaint check_u8(std::string_view value) {
  return check_number(value, std::numeric_limits<std::uint8_t>::max());
}

Complaint check_u32(std::string_view value) {
  return check_number(value, std::numeric_limits<std::uint32_t>::max());
}

Complaint check_u64(std::string_view value) {
  return check_number(value, std::numeric_limits<std::uint64_t>::max());
}

Complaint check_ipv4(std::string_view value) {
  if (is_ip(AF_INET, std::string(value))) return std::nullopt;
  return "invalid IPv4 address syntax";
}

Complaint check_cidr(std::string_view value) {
  const auto slash = value.find('/');
  const std::string address(value.substr(0, slash));
  const bool v4 = is_ip(AF_INET, address);
  if (!v4 && !is_ip(AF_INET6, address)) return "expected an address or ADDRESS/PREFIX";
  if (slash == value.npos) return std::nullopt;
  const auto prefix = parse_number<unsigned>(value.substr(slash + 1));
  if (!prefix || *prefix > (v4 ? 32U : 128U)) return "the prefix length is out of range";
  return std::nullopt;
}

Complaint check_allowed_host(std::string_view value) {
  if (value.empty()) return "cannot be empty";
  if (value.contains(':')) return "expected a host name without a port";
  return std::nullopt;
}

Complaint check_net_backend(std::string_view value) {
  if (value == "tsi" || value == "virtio-net") return std::nullopt;
  return "possible values: tsi, virtio-net";
}

}  // namespace smolfleet::standin
