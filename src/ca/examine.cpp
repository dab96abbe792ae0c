// The checks in their order: the most dangerous fault is named first, whatever else is wrong.
#include "ca/examine.hpp"

#include "smolfleet/core/text.hpp"

#include "ca/pem.hpp"
#include "ca/private_key.hpp"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <time.h>

#include <array>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <utility>

namespace smolfleet::ca {

namespace {

/// Calls OpenSSL's own function to free an object.
template <auto free_object>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    free_object(object);
  }
};

using X509Ptr = std::unique_ptr<X509, Freed<&X509_free>>;
using BioPtr = std::unique_ptr<BIO, Freed<&BIO_free_all>>;

/// Leaves the thread's error queue empty: what OpenSSL puts there says less than our own messages,
/// and the next one to look would take it for theirs.
class ErrorsForgotten {
 public:
  ErrorsForgotten() = default;
  ErrorsForgotten(const ErrorsForgotten&) = delete;
  ErrorsForgotten& operator=(const ErrorsForgotten&) = delete;
  ~ErrorsForgotten() { ERR_clear_error(); }
};

constexpr std::size_t longest_name_shown = 4096;
constexpr std::size_t longest_subject = 1024;

struct Decoded {
  X509Ptr certificate;  ///< nullptr if the bytes do not begin with one
  bool is_all = false;  ///< nothing follows
};

Decoded decode(std::string_view der) {
  const auto* position = reinterpret_cast<const unsigned char*>(der.data());
  const auto* end = position + der.size();
  X509Ptr certificate(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
  return {.certificate = std::move(certificate), .is_all = position == end};
}

/// A text may begin with '0', but then no byte above 7F follows.
bool looks_like_der(std::string_view bytes) {
  return bytes.size() > 1 && bytes[0] == 0x30 &&
         (static_cast<unsigned char>(bytes[1]) & 0x80U) != 0;
}

std::expected<X509Ptr, Objection> read_certificate(std::string_view bytes) {
  if (looks_like_der(bytes)) {
    const bool readable = decode(bytes).certificate != nullptr;
    return objection(readable ? "is a certificate in DER, not in PEM" : "is DER, not PEM",
                     "Convert it: openssl x509 -inform der -in FILE -out CA.pem");
  }
  const auto der = certificate_block(bytes);
  if (!der) return std::unexpected(der.error());
  auto [certificate, is_all] = decode(*der);
  if (!certificate)
    return objection("has a damaged certificate: its block decodes to something else",
                     "Fetch the CA certificate from the proxy again.");
  if (!is_all)
    return objection("has something behind the certificate, inside the same block",
                     "Write it anew: openssl x509 -in FILE -out CA.pem");
  return std::move(certificate);
}

/// Whether a guest takes it as a trust anchor. Of X509_check_ca's answers we count 1, the
/// basicConstraints of a CA, and 3, a self-signed certificate of version 1, which could not say so
/// and which TLS libraries accept as an anchor. Not 4 and 5, keyUsage or a Netscape extension
/// alone: to RFC 5280 (4.2.1.9) that is no CA, and Go and others refuse it.
bool is_ca(X509& certificate) {
  const int answer = X509_check_ca(&certificate);
  return answer == 1 || answer == 3;
}

std::optional<std::chrono::sys_seconds> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

std::string fingerprint_of(const X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(&certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  return fmt::format("{:02X}", fmt::join(std::span(digest).first(size), ":"));
}

std::string subject_of(const X509& certificate) {
  // Without escapes for all that is not ASCII: the result is UTF-8.
  constexpr unsigned long flags =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  const BioPtr text(BIO_new(BIO_s_mem()));
  if (!text || X509_NAME_print_ex(text.get(), X509_get_subject_name(&certificate), 0, flags) < 0)
    return {};
  char* begin = nullptr;
  const auto size = BIO_get_mem_data(text.get(), &begin);
  return core::printable({begin, static_cast<std::size_t>(size)}, longest_subject);
}

/// Empty if there is no memory for it.
std::string pem_of(X509& certificate) {
  const BioPtr text(BIO_new(BIO_s_mem()));
  if (!text || PEM_write_bio_X509(text.get(), &certificate) != 1) return {};
  char* begin = nullptr;
  const auto size = BIO_get_mem_data(text.get(), &begin);
  return {begin, static_cast<std::size_t>(size)};
}

std::expected<Certificate, Objection> describe(X509& certificate) {
  if (!is_ca(certificate))
    return objection("is not the certificate of a CA: it may not sign others",
                     "Give the certificate of the proxy's CA, not one that the CA has signed.");
  const auto not_before = time_of(X509_get0_notBefore(&certificate));
  const auto not_after = time_of(X509_get0_notAfter(&certificate));
  if (!not_before || !not_after)
    return objection("has a validity that cannot be read", "Have the proxy make a new CA.");
  return Certificate{.fingerprint = fingerprint_of(certificate),
                     .subject = subject_of(certificate),
                     .not_before = *not_before,
                     .not_after = *not_after};
}

}  // namespace

std::expected<Examined, Objection> examine(std::string_view bytes) {
  const ErrorsForgotten forgotten;
  if (bytes.size() > max_file_size) return std::unexpected(too_large());
  if (core::trimmed(bytes).empty())
    return objection("is empty", "Is the proxy still writing it? Start it before its guests.");
  if (holds_private_key(bytes))
    return std::unexpected(Objection{
        .code = core::FailureCode::ca_contains_private_key,
        .text = "holds a private key, which must never reach a guest",
        .hint = "Name a file with the certificate alone. If FILE has both, it is made by: "
                "openssl x509 -in FILE -out CA.pem"});
  const auto certificate = read_certificate(bytes);
  if (!certificate) return std::unexpected(certificate.error());
  auto description = describe(**certificate);
  if (!description) return std::unexpected(std::move(description).error());
  auto pem = pem_of(**certificate);
  if (pem.empty()) throw std::bad_alloc();
  return Examined{.certificate = std::move(*description), .pem = std::move(pem)};
}

Objection too_large() {
  return {.text = fmt::format("has more than {} bytes", max_file_size),
          .hint = "A CA certificate has a few thousand bytes. Is the path right?"};
}

core::Failure failure_about(std::string_view name, const Objection& objection) {
  core::Failure failure;
  failure.code = objection.code;
  failure.phase = "ca";
  failure.message = fmt::format("{} {}", core::printable(name, longest_name_shown), objection.text);
  failure.hint = objection.hint;
  return failure;
}

}  // namespace smolfleet::ca
