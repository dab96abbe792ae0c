// Finding private keys in what should be a certificate file.
#pragma once

#include <string_view>

namespace smolfleet::ca {

/// Whether `bytes` hold a private key, as far as it can be told: a PEM label that says so,
/// well-formed or not and wherever it stands, or the DER of PKCS#1, PKCS#8 (plain or encrypted),
/// SEC1, DSA or PKCS#12.
[[nodiscard]] bool holds_private_key(std::string_view bytes);

}  // namespace smolfleet::ca
