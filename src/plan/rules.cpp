// The rules, each as smolvm or the guest needs it.
#include "plan/rules.hpp"

#include "smolfleet/core/text.hpp"
#include "smolfleet/plan/parse.hpp"
#include "smolfleet/plan/plan.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace smolfleet::plan {

namespace {

constexpr std::size_t longest_name = 128;
constexpr std::string_view own_labels = "smolfleet.";
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view digits = "0123456789";

bool is_letter(char c) {
  return letters.contains(c);
}

bool is_digit(char c) {
  return digits.contains(c);
}

bool is_name_character(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}

/// Whether `text` is a whole number from `low` to `high` in at most five decimal digits.
bool is_number(std::string_view text, unsigned low, unsigned high) {
  constexpr std::size_t longest = 5;
  if (text.empty() || text.size() > longest || !std::ranges::all_of(text, is_digit)) return false;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && value >= low && value <= high;
}

bool is_port(std::string_view text) {
  return is_number(text, 1, 65535);
}

bool is_address(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

/// Whether `text` begins as a URL does: `s3://`.
bool is_remote(std::string_view text) {
  const auto scheme = text.substr(0, text.find("://"));
  return scheme.size() < text.size() && !scheme.empty() && is_letter(scheme.front()) &&
         std::ranges::all_of(scheme, [](char c) { return is_name_character(c) || c == '+'; });
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    const auto segment = path.substr(0, end);
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

}  // namespace

std::optional<std::string_view> host_directory(std::string_view volume) {
  if (is_remote(volume)) return std::nullopt;
  if (volume.ends_with(":ro") || volume.ends_with(":rw")) volume.remove_suffix(3);
  const auto colon = volume.rfind(':');
  const bool pair = colon != std::string_view::npos && colon > 0;
  if (!pair || !volume.substr(colon + 1).starts_with('/')) return std::nullopt;
  return volume.substr(0, colon);
}

std::optional<std::string> name_fault(std::string_view name) {
  if (name.empty()) return "must not be empty";
  if (name.size() > longest_name) return fmt::format("must have at most {} bytes", longest_name);
  if (!std::ranges::all_of(name, is_name_character))
    return "must have only letters A-Z a-z, digits, '-' and '_'";
  if (!is_letter(name.front()) && !is_digit(name.front()))
    return "must begin with a letter or a digit";
  if (name.ends_with('-')) return "must not end with '-'";
  if (name.contains("--")) return "must not have '-' twice in a row";
  return std::nullopt;
}

TextFault plain_fault(std::string_view text) {
  if (text.contains('\0')) return "must not contain U+0000";
  return std::nullopt;
}

TextFault filled_fault(std::string_view text) {
  if (text.empty()) return "must not be empty";
  return std::nullopt;
}

TextFault option_value_fault(std::string_view text) {
  if (text.starts_with('-')) return "must not begin with '-': smolvm would take it for an option";
  return filled_fault(text);
}

TextFault id_fault(std::string_view text) {
  if (text.size() > max_id_length) return fmt::format("must have at most {} bytes", max_id_length);
  return filled_fault(text);
}

TextFault cidr_fault(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  const bool v4 = is_address(AF_INET, address);
  const bool known = v4 || is_address(AF_INET6, address);
  const bool whole = slash == std::string_view::npos;
  if (known && (whole || is_number(text.substr(slash + 1), 0, v4 ? 32 : 128))) return std::nullopt;
  return "must be an IP address or network such as \"10.0.0.2/32\"";
}

TextFault host_fault(std::string_view text) {
  if (text.contains(':')) return "must be a host name without port or scheme";
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7F'; };
  if (std::ranges::any_of(text, blank)) return "must be a host name without white space";
  return option_value_fault(text);
}

TextFault port_fault(std::string_view text) {
  const auto colon = text.find(':');
  const bool single = colon == std::string_view::npos;
  if (single ? is_port(text) : is_port(text.substr(0, colon)) && is_port(text.substr(colon + 1)))
    return std::nullopt;
  return "must be \"HOST:GUEST\" or \"PORT\", each from 1 to 65535";
}

TextFault volume_fault(std::string_view text) {
  if (auto fault = option_value_fault(text)) return fault;
  if (is_remote(text) || host_directory(text)) return std::nullopt;
  return "must be \"HOST:GUEST\", with \":ro\" or \":rw\" behind it or not, and GUEST absolute";
}

TextFault directory_fault(std::string_view text) {
  if (!text.starts_with('/')) return "must be an absolute path";
  return std::nullopt;
}

TextFault guest_file_fault(std::string_view text) {
  if (!text.starts_with('/')) return "must be an absolute path";
  if (text.ends_with('/')) return "must name the file itself, without '/' at the end";
  if (has_dot_segment(text)) return "must not have '.' or '..' as a part";
  return std::nullopt;
}

TextFault mode_fault(std::string_view text) {
  const bool octal = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '7'; });
  if (octal && (text.size() == 3 || text.size() == 4)) return std::nullopt;
  return "must be three or four octal digits such as \"0600\"";
}

TextFault env_name_fault(std::string_view text) {
  const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '_'; };
  if (!text.empty() && !is_digit(text.front()) && std::ranges::all_of(text, fits))
    return std::nullopt;
  return "is no name of a variable: letters, digits and '_', and no digit in front";
}

TextFault label_key_fault(std::string_view text) {
  if (text.starts_with(own_labels)) return "is reserved: labels of smolfleet's own begin so";
  if (text.contains('=')) return "must not contain '='";
  return option_value_fault(text);
}

}  // namespace smolfleet::plan
