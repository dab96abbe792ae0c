// The pre-flight of a CA file: pure over its bytes. OpenSSL stays in the .cpp.
#pragma once

#include "smolfleet/core/failure.hpp"

#include <chrono>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace smolfleet::ca {

/// Largest CA file that is read (spec §4).
inline constexpr std::size_t max_file_size = 1024 * 1024;

/// What is told about a certificate that passed.
struct Certificate {
  /// SHA-256 over the DER: upper-case hex pairs with colons.
  std::string fingerprint;
  /// The subject as one line of RFC 2253 text, valid UTF-8.
  std::string subject;
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;
};

/// Checks that `bytes` are exactly one PEM certificate of a CA and hold no private key of any kind.
/// The codes of a failure are ca_contains_private_key and ca_invalid, its phase is "ca"; `name` is
/// the file as messages should call it. The validity is not looked at: see `validity_fault`.
[[nodiscard]] std::expected<Certificate, core::Failure> inspect(std::string_view bytes,
                                                                std::string_view name);

/// Checks that `now` lies inside the certificate's validity; ca_invalid if not.
[[nodiscard]] std::expected<void, core::Failure> check_validity(const Certificate& certificate,
                                                                std::chrono::sys_seconds now,
                                                                std::string_view name);

}  // namespace smolfleet::ca
