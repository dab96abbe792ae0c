// Version numbers from and to text.
#include "support/version.hpp"

#include "support/text.hpp"

#include <charconv>

namespace smolfleet::standin {

std::optional<Version> parse_version(std::string_view text) {
  Version version;
  const char* at = text.data();
  const char* end = at + text.size();
  for (int* part : {&version.major, &version.minor, &version.patch}) {
    if (part != &version.major && (at == end || *at++ != '.')) return std::nullopt;
    const auto [next, error] = std::from_chars(at, end, *part);
    if (error != std::errc{} || *part < 0) return std::nullopt;
    at = next;
  }
  if (at != end) return std::nullopt;
  return version;
}

std::string to_string(const Version& version) {
  return cat(version.major, ".", version.minor, ".", version.patch);
}

}  // namespace smolfleet::standin
