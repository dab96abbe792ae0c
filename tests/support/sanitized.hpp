// Whether the tests, and with them the programs that they run, were built with sanitizers.
#pragma once

namespace smolfleet::test {

#if defined(__has_feature)
constexpr bool is_sanitized = __has_feature(address_sanitizer);
#else
constexpr bool is_sanitized = false;
#endif

}  // namespace smolfleet::test
