// Certificates and keys made at run time, good ones and such as must be refused.
#pragma once

#include <chrono>
#include <string>

namespace smolfleet::test {

enum class KeyKind { ec, rsa };

/// How a certificate is to be; as it stands, the CA of a proxy. It is signed with its own key.
struct CertificateWish {
  KeyKind key = KeyKind::ec;
  std::string common_name = "Test CA";
  /// 3 or 1; version 1 has no extensions.
  int version = 3;
  /// The extensions as openssl.cnf writes them; empty: without.
  std::string basic_constraints = "critical,CA:TRUE";
  std::string key_usage = "critical,keyCertSign,cRLSign";
  std::chrono::sys_seconds not_before = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);
  std::chrono::sys_seconds not_after = std::chrono::sys_days(std::chrono::year(2120) / 1 / 1);
};

/// A certificate and its private key in the forms in which they occur.
struct Issued {
  std::string certificate_pem;
  std::string certificate_der;
  std::string key_pem;              ///< PKCS#8
  std::string encrypted_key_pem;    ///< PKCS#8 with a password
  std::string traditional_key_pem;  ///< PKCS#1 or SEC1
  std::string key_der;
  std::string encrypted_key_der;
  std::string traditional_key_der;
  std::string pkcs12;  ///< both, with a password
  std::string trusted_certificate_pem;
};

/// Each call makes a new key. Throws std::runtime_error if OpenSSL refuses.
[[nodiscard]] Issued issue(const CertificateWish& wish = {});

/// A server's certificate, as people take for the CA's.
[[nodiscard]] CertificateWish leaf();

/// A block of PEM around any bytes.
[[nodiscard]] std::string pem_block(const std::string& label, const std::string& bytes);

}  // namespace smolfleet::test
