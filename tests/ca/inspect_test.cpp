// The pre-flight: which files pass, and what is said of the others.
#include "smolfleet/ca/inspect.hpp"

#include "smolfleet/core/digest.hpp"
#include "smolfleet/core/text.hpp"

#include "../support/certificates.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <ctime>
#include <random>
#include <string>
#include <vector>

using namespace smolfleet;
using namespace smolfleet::test;
using core::FailureCode;
using namespace std::chrono_literals;

namespace {

const Issued& ec() {
  static const auto issued = issue();
  return issued;
}

const Issued& rsa() {
  static const auto issued = issue({.key = KeyKind::rsa});
  return issued;
}

core::Failure refused(const std::string& bytes, FailureCode code) {
  auto certificate = ca::inspect(bytes, "the file");
  REQUIRE_FALSE(certificate.has_value());
  auto failure = certificate.error();
  CHECK(failure.code == code);
  CHECK(failure.phase == "ca");
  CHECK(failure.message.starts_with("the file "));
  CHECK(failure.hint.has_value());
  CHECK(ERR_peek_error() == 0);
  return failure;
}

std::string why_invalid(const std::string& bytes) {
  return refused(bytes, FailureCode::ca_invalid).message.substr(std::string("the file ").size());
}

void check_key(const std::string& bytes) {
  CHECK(refused(bytes, FailureCode::ca_contains_private_key).message ==
        "the file holds a private key, which must never reach a guest");
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

/// The base64 of the first block, without its lines' ends.
std::string body_of(const std::string& pem) {
  std::string body;
  for (const char c : pem.substr(pem.find('\n'), pem.rfind("-----END") - pem.find('\n')))
    if (c != '\n') body += c;
  return body;
}

}  // namespace

TEST_SUITE_BEGIN("ca");

TEST_CASE("a CA with an EC or an RSA key passes") {
  for (const auto* issued : {&ec(), &rsa()}) {
    const auto certificate = ca::inspect(issued->certificate_pem, "the file");
    REQUIRE(certificate.has_value());
    CHECK(certificate->subject == "CN=Test CA");
    CHECK(certificate->not_before == std::chrono::sys_days(2020y / 1 / 1));
    CHECK(certificate->not_after == std::chrono::sys_days(2120y / 1 / 1));
  }
}

TEST_CASE("the fingerprint is the SHA-256 of the DER in upper-case hex with colons") {
  const auto certificate = ca::inspect(ec().certificate_pem, "the file").value();
  std::string plain;
  for (const char c : certificate.fingerprint)
    if (c != ':') plain += static_cast<char>(std::tolower(c));
  CHECK(certificate.fingerprint.size() == 32 * 3 - 1);
  CHECK(certificate.fingerprint.find_first_not_of("0123456789ABCDEF:") == std::string::npos);
  CHECK(plain == core::sha256_hex(ec().certificate_der));
}

TEST_CASE("comments around the block, CRLF and missing last line ends do no harm") {
  const auto& pem = ec().certificate_pem;
  CHECK(
      ca::inspect("# the egress proxy's CA, no private key in here\n=====\n" + pem + "\n\nend", "")
          .has_value());
  CHECK(ca::inspect(pem.substr(0, pem.size() - 1), "").has_value());
  std::string crlf;
  for (const char c : pem)
    crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK(ca::inspect(crlf, "").has_value());
}

TEST_CASE("a subject is readable UTF-8 on one line, whatever its bytes") {
  CertificateWish wish;
  wish.common_name = "Größe, \x1B[31m\n";
  const auto subject = ca::inspect(issue(wish).certificate_pem, "")->subject;
  CHECK(subject == "CN=Größe\\, \\1B[31m\\0A");
  wish.common_name = "\u202Eevil";
  CHECK(ca::inspect(issue(wish).certificate_pem, "")->subject == "CN=\\u202eevil");
}

TEST_CASE("an empty file and one of white space are called empty") {
  CHECK(why_invalid("") == "is empty");
  CHECK(why_invalid(" \r\n\t\n") == "is empty");
}

TEST_CASE("a file of more than 1 MiB is refused unread, one of 1 MiB is not") {
  const auto& pem = ec().certificate_pem;
  const std::string filler(ca::max_file_size - pem.size(), '\n');
  CHECK(ca::inspect(pem + filler, "").has_value());
  CHECK(why_invalid(pem + filler + "\n") == "has more than 1048576 bytes");
}

TEST_CASE("DER is told apart from PEM, with the way to convert it") {
  const auto failure = refused(ec().certificate_der, FailureCode::ca_invalid);
  CHECK(failure.message == "the file is a certificate in DER, not in PEM");
  CHECK(failure.hint->contains("openssl x509 -inform der"));
  CHECK(why_invalid(std::string("\x30\x82\x01\x00\x30\x03", 6)) == "is DER, not PEM");
}

TEST_CASE("what is no PEM is called so") {
  CHECK(why_invalid("nonsense") == "is not PEM: it has no line -----BEGIN CERTIFICATE-----");
  CHECK(why_invalid("0 is a digit") == "is not PEM: it has no line -----BEGIN CERTIFICATE-----");
  CHECK(why_invalid(std::string("\xFF\xFE-\0-\0", 6)) ==
        "is not PEM: it holds binary data or UTF-16");
  CHECK(why_invalid(body_of(ec().certificate_pem)) == "holds data outside the certificate's block");
}

TEST_CASE("several certificates are refused, also the same one twice") {
  CHECK(why_invalid(ec().certificate_pem + rsa().certificate_pem) ==
        "holds 2 certificates, not one");
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += ec().certificate_pem;
  CHECK(why_invalid(many) == "holds 100 certificates, not one");
}

TEST_CASE("blocks that people take for the certificate are refused by name") {
  const auto trusted = refused(ec().trusted_certificate_pem, FailureCode::ca_invalid);
  CHECK(trusted.message == "the file holds a PEM block of the kind TRUSTED CERTIFICATE");
  CHECK(trusted.hint == "Convert it: openssl x509 -in FILE -out CA.pem");
  for (const auto* label : {"X509 CERTIFICATE", "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST",
                            "PKCS7", "X509 CRL", "PUBLIC KEY", "DH PARAMETERS", "OTHER"}) {
    const auto block = pem_block(label, ec().certificate_der);
    CHECK(why_invalid(block) == std::string("holds a PEM block of the kind ") + label);
    CHECK(why_invalid(ec().certificate_pem + block).starts_with("holds a PEM block"));
  }
}

TEST_CASE("a malformed BEGIN or END line is refused") {
  const auto& pem = ec().certificate_pem;
  const std::string begin = "-----BEGIN CERTIFICATE-----";
  const std::string end = "-----END CERTIFICATE-----";
  for (const auto* bad : {"----BEGIN CERTIFICATE-----", " -----BEGIN CERTIFICATE-----",
                          "-----BEGIN CERTIFICATE----", "\xEF\xBB\xBF-----BEGIN CERTIFICATE-----",
                          "-----BEGIN CERTIFICATE----- x", "-----BEGIN-----"})
    CHECK_MESSAGE(why_invalid(replaced(pem, begin, bad)) == "has a malformed BEGIN or END line",
                  bad);
  for (const auto* bad : {"", "-----END CERT-----", "----END CERTIFICATE-----"})
    CHECK_MESSAGE(!ca::inspect(replaced(pem, end, bad), "").has_value(), bad);
  CHECK(why_invalid(replaced(pem, end, "")) == "breaks off inside the certificate");
  CHECK(why_invalid(pem + end) == "has a malformed BEGIN or END line");
  CHECK(why_invalid(begin) == "breaks off inside the certificate");
}

TEST_CASE("a damaged block is refused") {
  const auto& pem = ec().certificate_pem;
  CHECK(why_invalid(replaced(pem, "-----\nMI", "-----\nM!")) ==
        "has a damaged certificate: its block is no base64");
  CHECK(why_invalid(replaced(pem, "-----\nMI", "-----\nMIA")) ==
        "has a damaged certificate: its block is no base64");
  CHECK(why_invalid(replaced(pem, "-----\nMI", "-----\nXX")) ==
        "has a damaged certificate: its block decodes to something else");
  CHECK(why_invalid(replaced(pem, "-----\n", "-----\nProc-Type: 4,ENCRYPTED\n")) ==
        "has a damaged certificate: a line in it is no base64");
  CHECK(why_invalid("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n") ==
        "has a damaged certificate: its block is no base64");
  CHECK(why_invalid("-----BEGIN CERTIFICATE-----\n====\n-----END CERTIFICATE-----\n") ==
        "has a damaged certificate: its block is no base64");
}

TEST_CASE("a blank line inside the block is refused, wherever it stands") {
  const auto& pem = ec().certificate_pem;
  const auto first = pem.find('\n');
  const auto last = pem.rfind("\n-----END");
  for (const auto place : {first, first + 65, first + 20, last - 1, last})
    for (const auto* blank : {"\n\n", "\r\n\r\n", "\n \t\n"}) {
      CAPTURE(place);
      CHECK(why_invalid(std::string(pem).insert(place, blank)) ==
            "has a blank line inside the certificate");
    }
}

TEST_CASE("garbage behind the certificate inside its block is refused") {
  CHECK(why_invalid(pem_block("CERTIFICATE", ec().certificate_der + "abc")) ==
        "has something behind the certificate, inside the same block");
  CHECK(why_invalid(pem_block("CERTIFICATE", ec().certificate_der + rsa().certificate_der)) ==
        "has something behind the certificate, inside the same block");
}

TEST_CASE("a key of any kind is refused first, wherever it stands") {
  const auto& pem = ec().certificate_pem;
  for (const auto* issued : {&ec(), &rsa()}) {
    for (const auto* key :
         {&issued->key_pem, &issued->encrypted_key_pem, &issued->traditional_key_pem}) {
      check_key(*key);
      check_key(pem + *key);
      check_key(*key + pem);
      check_key(pem + pem + *key);
    }
    check_key(issued->key_der);
    check_key(issued->encrypted_key_der);
    check_key(issued->traditional_key_der);
    check_key(issued->pkcs12);
  }
}

TEST_CASE("a key is found in blocks that no reader would read") {
  const auto& pem = ec().certificate_pem;
  const auto& key = ec().key_pem;
  check_key(pem + replaced(key, "-----BEGIN", "----BEGIN"));
  check_key(pem + key.substr(0, 30));
  check_key(pem + key.substr(40));
  check_key(pem + "-----BEGIN OPENSSH PRIVATE KEY-----\n");
  check_key(pem + "-----BEGIN PGP PRIVATE KEY BLOCK-----\n");
  check_key(pem + "-----begin rsa private key-----\n");
  check_key("\xFF\xFE" + key);
  check_key(replaced(pem, "-----\n", "-----\n-----BEGIN PRIVATE KEY-----\n"));
}

TEST_CASE("a key without its lines is refused as data outside the block") {
  CHECK(why_invalid(ec().certificate_pem + body_of(ec().key_pem)) ==
        "holds data outside the certificate's block");
}

TEST_CASE("a leaf is no CA, also if it is signed with its own key") {
  CHECK(why_invalid(issue(leaf()).certificate_pem) ==
        "is not the certificate of a CA: it may not sign others");
  auto wish = leaf();
  wish.basic_constraints.clear();
  CHECK(why_invalid(issue(wish).certificate_pem).starts_with("is not the certificate of a CA"));
}

TEST_CASE("a CA that may not sign certificates is none") {
  CertificateWish wish;
  wish.key_usage = "critical,digitalSignature";
  CHECK(why_invalid(issue(wish).certificate_pem).starts_with("is not the certificate of a CA"));
}

TEST_CASE("a CA without keyUsage passes, and so does a self-signed certificate of version 1") {
  CertificateWish wish;
  wish.key_usage.clear();
  CHECK(ca::inspect(issue(wish).certificate_pem, "").has_value());
  wish.version = 1;
  CHECK(ca::inspect(issue(wish).certificate_pem, "").has_value());
}

TEST_CASE("keyUsage alone makes no CA") {
  CertificateWish wish;
  wish.basic_constraints.clear();
  CHECK(why_invalid(issue(wish).certificate_pem).starts_with("is not the certificate of a CA"));
}

TEST_CASE("the validity includes its first and its last second") {
  const auto certificate = ca::inspect(ec().certificate_pem, "").value();
  CHECK(ca::check_validity(certificate, certificate.not_before, "f").has_value());
  CHECK(ca::check_validity(certificate, certificate.not_after, "f").has_value());
  const auto early = ca::check_validity(certificate, certificate.not_before - 1s, "the file");
  CHECK(early.error().code == FailureCode::ca_invalid);
  CHECK(early.error().message == "the file is not valid before 2020-01-01T00:00:00Z");
  const auto late = ca::check_validity(certificate, certificate.not_after + 1s, "the file");
  CHECK(late.error().code == FailureCode::ca_invalid);
  CHECK(late.error().message == "the file expired at 2120-01-01T00:00:00Z");
}

TEST_CASE("an expired CA passes the inspection, since time is not part of it") {
  CertificateWish wish;
  wish.not_after = std::chrono::sys_days(2021y / 1 / 1);
  CHECK(ca::inspect(issue(wish).certificate_pem, "").has_value());
}

TEST_CASE("a name with bytes that a terminal would act on is shown harmless") {
  const auto failure = ca::inspect("x", "a\x1B[2J\xFF").error();
  CHECK(failure.message.starts_with("a\\u001b[2J\uFFFD is not PEM"));
}

TEST_CASE("hostile files of 1 MiB are refused fast") {
  const auto full = [](const std::string& piece) {
    std::string bytes;
    while (bytes.size() + piece.size() <= ca::max_file_size)
      bytes += piece;
    return bytes;
  };
  for (const auto& bytes :
       {full("-----BEGIN CERTIFICATE-----\n"),
        full("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), full("-----BEGIN "),
        full("-"), full("--\n"), full("PRIVATE KE"), full("\n"), full("="),
        "-----BEGIN CERTIFICATE-----\n" + full("A").substr(100), full("\x30\x80"),
        full(std::string("\x30\x00", 2)), full(ec().certificate_der),
        pem_block("CERTIFICATE", full("\x30\x80").substr(0, 700'000))}) {
    const auto begin = std::clock();  // own computing: a busy machine makes no difference
    CHECK_FALSE(ca::inspect(bytes, "").has_value());
    CHECK(std::clock() - begin < 5 * CLOCKS_PER_SEC);
  }
}

TEST_CASE("random changes of a certificate never do harm") {
  std::mt19937 random(20261123);  // the same every time
  const auto below = [&](std::size_t limit) { return random() % limit; };
  const auto check = [](const std::string& bytes) {
    const auto certificate = ca::inspect(bytes, "f");
    const auto& text = certificate ? certificate->subject : certificate.error().message;
    REQUIRE(core::find_invalid_utf8(text) == std::string::npos);
    REQUIRE(ERR_peek_error() == 0);
  };
  for (int round = 0; round < 3'000; ++round) {
    auto der = ec().certificate_der;
    for (auto changes = 1 + below(4); changes > 0; --changes)
      der[below(der.size())] = static_cast<char>(below(256));
    check(pem_block("CERTIFICATE", der));
    check(der);
    auto pem = ec().certificate_pem;
    pem[below(pem.size())] = static_cast<char>(below(256));
    pem.erase(below(pem.size()), below(3));
    check(pem);
  }
}

TEST_SUITE_END();
