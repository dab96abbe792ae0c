// SHA-256 by OpenSSL.
#include "smolfleet/core/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <new>
#include <span>

namespace smolfleet::core {

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  // It can fail only for want of memory.
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::bad_alloc();
  return fmt::format("{:02x}", fmt::join(std::span(digest).first(size), ""));
}

}  // namespace smolfleet::core
