// PEM, as strictly as RFC 7468 writes it: what we accept, every TLS library in a guest accepts.
#pragma once

#include "ca/objection.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace smolfleet::ca {

/// The bytes of the one CERTIFICATE block in `text`, decoded. Around the block there may be
/// comments, such as those of `openssl x509 -text`, but no other block and nothing that looks like
/// one's body.
[[nodiscard]] std::expected<std::string, Objection> certificate_block(std::string_view text);

}  // namespace smolfleet::ca
