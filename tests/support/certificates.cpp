// By OpenSSL's own API, so that no key lies in the repository.
#include "certificates.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>

namespace smolfleet::test {

namespace {

constexpr const char* password = "secret";

template <auto free_object>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    free_object(object);
  }
};

using BioPtr = std::unique_ptr<BIO, Freed<&BIO_free_all>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freed<&X509_EXTENSION_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<&EVP_PKEY_free>>;
using Pkcs12Ptr = std::unique_ptr<PKCS12, Freed<&PKCS12_free>>;
using X509Ptr = std::unique_ptr<X509, Freed<&X509_free>>;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL: cannot ") + what);
}

/// What `write` writes.
std::string written(const std::function<int(BIO*)>& write) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  require(bio && write(bio.get()) > 0, "write");
  std::string text(BIO_ctrl_pending(bio.get()), '\0');
  std::size_t size = 0;
  require(BIO_read_ex(bio.get(), text.data(), text.size(), &size) == 1, "read back");
  return text;
}

KeyPtr make_key(KeyKind kind) {
  KeyPtr key(kind == KeyKind::ec ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")
                                 : EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
  require(key != nullptr, "make a key");
  return key;
}

void add_extension(X509& certificate, int nid, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context{};
  X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  require(extension && X509_add_ext(&certificate, extension.get(), -1) == 1, "add an extension");
}

void set_time(ASN1_TIME* time, std::chrono::sys_seconds value) {
  require(ASN1_TIME_set(time, value.time_since_epoch().count()) != nullptr, "set a time");
}

X509Ptr make_certificate(const CertificateWish& wish, EVP_PKEY* key) {
  X509Ptr certificate(X509_new());
  require(certificate != nullptr, "make a certificate");
  X509_set_version(certificate.get(), wish.version - 1);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  set_time(X509_getm_notBefore(certificate.get()), wish.not_before);
  set_time(X509_getm_notAfter(certificate.get()), wish.not_after);
  X509_set_pubkey(certificate.get(), key);
  auto* name = X509_get_subject_name(certificate.get());
  const auto* text = reinterpret_cast<const unsigned char*>(wish.common_name.data());
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text,
                                     static_cast<int>(wish.common_name.size()), -1, 0) == 1,
          "set the name");
  X509_set_issuer_name(certificate.get(), name);
  if (wish.version == 3) {
    add_extension(*certificate, NID_basic_constraints, wish.basic_constraints);
    add_extension(*certificate, NID_key_usage, wish.key_usage);
  }
  require(X509_sign(certificate.get(), key, EVP_sha256()) > 0, "sign");
  return certificate;
}

void write_keys(EVP_PKEY* key, Issued& issued) {
  issued.key_pem = written([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  issued.encrypted_key_pem = written([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key, EVP_aes_128_cbc(), password, 6, nullptr,
                                         nullptr);
  });
  issued.traditional_key_pem = written([&](BIO* bio) {
    return PEM_write_bio_PrivateKey_traditional(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  issued.key_der = written([&](BIO* bio) {
    return i2d_PKCS8PrivateKey_bio(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  issued.encrypted_key_der = written([&](BIO* bio) {
    return i2d_PKCS8PrivateKey_bio(bio, key, EVP_aes_128_cbc(), password, 6, nullptr, nullptr);
  });
  issued.traditional_key_der = written([&](BIO* bio) { return i2d_PrivateKey_bio(bio, key); });
}

}  // namespace

Issued issue(const CertificateWish& wish) {
  const auto key = make_key(wish.key);
  const auto certificate = make_certificate(wish, key.get());
  Issued issued;
  write_keys(key.get(), issued);
  issued.certificate_pem =
      written([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
  issued.certificate_der = written([&](BIO* bio) { return i2d_X509_bio(bio, certificate.get()); });
  issued.trusted_certificate_pem =
      written([&](BIO* bio) { return PEM_write_bio_X509_AUX(bio, certificate.get()); });
  const Pkcs12Ptr both(
      PKCS12_create(password, "both", key.get(), certificate.get(), nullptr, 0, 0, 0, 0, 0));
  issued.pkcs12 = written([&](BIO* bio) { return i2d_PKCS12_bio(bio, both.get()); });
  return issued;
}

CertificateWish leaf() {
  CertificateWish wish;
  wish.common_name = "proxy.example.com";
  wish.basic_constraints = "critical,CA:FALSE";
  wish.key_usage = "critical,digitalSignature";
  return wish;
}

std::string pem_block(const std::string& label, const std::string& bytes) {
  return written([&](BIO* bio) {
    return PEM_write_bio(bio, label.c_str(), "",
                         reinterpret_cast<const unsigned char*>(bytes.data()),
                         static_cast<long>(bytes.size()));
  });
}

}  // namespace smolfleet::test
