// The pre-flight of a CA file, which anybody may have written. Each input is inspected as it is,
// and once more as the body of a PEM block, so that the fuzzer reaches the DER behind the base64.
#include "smolfleet/ca/inspect.hpp"
#include "smolfleet/core/text.hpp"

#include "target.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace smolfleet::fuzz {
namespace {

using namespace std::chrono_literals;
using core::FailureCode;

template <auto free_object>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    free_object(object);
  }
};

using BioPtr = std::unique_ptr<BIO, Freed<&BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, Freed<&X509_free>>;

constexpr std::string_view name = "the file";

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

/// Of the certificate that OpenSSL's own reader finds, as a program in a guest would.
std::string fingerprint_in_guest(std::string_view pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (certificate) X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size);
  ERR_clear_error();
  std::string text;
  for (unsigned i = 0; i < size; ++i)
    text += fmt::format("{}{:02X}", i == 0 ? "" : ":", digest.at(i));
  return text;
}

/// The validity's ends are in it, and what lies outside is told.
void claim_validity(const ca::Certificate& certificate) {
  const auto [first, last] = std::pair(certificate.not_before, certificate.not_after);
  if (first <= last) {
    claim(ca::check_validity(certificate, first, name).has_value(), "valid from the first second");
    claim(ca::check_validity(certificate, last, name).has_value(), "valid to the last second");
  }
  for (const auto outside : {first - 1s, last + 1s}) {
    const auto valid = ca::check_validity(certificate, outside, name);
    claim(first > last || !valid, "not valid outside its validity");
    if (!valid) claim_told(valid.error());
  }
}

void claim_fit(std::string_view bytes, const ca::Certificate& certificate) {
  claim(bytes.size() <= ca::max_file_size, "an accepted file is not too large");
  claim(count(bytes, "BEGIN CERTIFICATE") == 1, "an accepted file has one certificate");
  claim(count(bytes, "-BEGIN ") == 1, "an accepted file has no other block");
  claim(!bytes.contains("PRIVATE KEY"), "an accepted file has no private key");
  claim(certificate.fingerprint == fingerprint_in_guest(bytes),
        "a guest reads the certificate that was inspected");
  if (!certificate.subject.empty()) claim_readable(certificate.subject);
  claim_validity(certificate);
}

void claim_refused(std::string_view bytes, const core::Failure& failure) {
  const bool key = failure.code == FailureCode::ca_contains_private_key;
  claim(key || failure.code == FailureCode::ca_invalid, "a refused file has one of two codes");
  claim(key || !bytes.contains("PRIVATE KEY"), "a private key comes first");
  claim(failure.message.starts_with(name), "a message names the file");
  claim(failure.hint.has_value(), "a refused file has a hint");
  claim_told(failure);
  claim_one_line(failure);
}

void inspect(std::string_view bytes) {
  const auto certificate = ca::inspect(bytes, name);
  if (certificate)
    claim_fit(bytes, *certificate);
  else
    claim_refused(bytes, certificate.error());
  claim(ERR_peek_error() == 0, "OpenSSL's errors are forgotten");
}

std::string pem_of(std::string_view der) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio(bio.get(), "CERTIFICATE", "", reinterpret_cast<const unsigned char*>(der.data()),
                static_cast<long>(der.size()));
  char* begin = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &begin);
  return {begin, static_cast<std::size_t>(size)};
}

}  // namespace

void run(std::string_view input) {
  inspect(input);
  inspect(pem_of(input));
}

}  // namespace smolfleet::fuzz
