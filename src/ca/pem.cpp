// Finding the block ourselves: OpenSSL's reader skips what it does not look for, and a guest would
// get that too.
#include "ca/pem.hpp"

#include "smolfleet/core/text.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace smolfleet::ca {

namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view end_mark = "-----END ";
constexpr std::string_view dashes = "-----";
constexpr std::string_view base64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Shorter runs of such characters are words.
constexpr std::size_t shortest_stray_body = 40;
constexpr std::size_t longest_label_shown = 64;

constexpr const char* ask_for_one = "The file must hold the proxy's CA certificate in PEM, alone.";

/// Takes the next line off `text`, without its end and the white space before that.
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  line.remove_suffix(line.size() - (line.find_last_not_of(" \t\r\v\f") + 1));
  return line;
}

/// What stands between `mark` and the dashes, if the line is such a line.
std::optional<std::string_view> label_of(std::string_view line, std::string_view mark) {
  if (!line.starts_with(mark) || !line.ends_with(dashes)) return std::nullopt;
  if (line.size() < mark.size() + dashes.size()) return std::nullopt;
  return line.substr(mark.size(), line.size() - mark.size() - dashes.size());
}

bool is_stray_body(std::string_view line) {
  const auto data = line.substr(0, line.find_last_not_of('=') + 1);
  return data.size() >= shortest_stray_body &&
         data.find_first_not_of(base64) == std::string_view::npos;
}

/// Advice for the blocks that people take for the certificate.
Objection wrong_label(std::string_view label) {
  const auto name = core::printable(label, longest_label_shown);
  Objection objection{.text = fmt::format("holds a PEM block of the kind {}", name),
                      .hint = ask_for_one};
  if (label == "TRUSTED CERTIFICATE" || label == "X509 CERTIFICATE")
    objection.hint = "Convert it: openssl x509 -in FILE -out CA.pem";
  else if (label == "PKCS7")
    objection.hint = "Take the certificate out: openssl pkcs7 -print_certs -in FILE -out CA.pem";
  else if (label.ends_with("CERTIFICATE REQUEST"))
    objection.hint = "That is a request; the certificate is what the CA made of it.";
  return objection;
}

/// The bodies of the text's certificates, still in base64.
class Blocks {
 public:
  [[nodiscard]] std::optional<Objection> read(std::string_view text);
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] const std::string& first_body() const { return first_body_; }

 private:
  [[nodiscard]] std::optional<Objection> read_outside(std::string_view line);
  [[nodiscard]] std::optional<Objection> read_inside(std::string_view line);

  bool inside_ = false;
  bool has_blank_line_ = false;
  std::size_t count_ = 0;
  std::string first_body_;
};

std::optional<Objection> Blocks::read(std::string_view text) {
  while (!text.empty()) {
    const auto line = take_line(text);
    auto fault = inside_ ? read_inside(line) : read_outside(line);
    if (fault) return fault;
  }
  if (inside_) return Objection{.text = "breaks off inside the certificate", .hint = ask_for_one};
  return std::nullopt;
}

std::optional<Objection> Blocks::read_outside(std::string_view line) {
  if (const auto label = label_of(line, begin_mark)) {
    if (*label != "CERTIFICATE") return wrong_label(*label);
    inside_ = true;
    ++count_;
    return std::nullopt;
  }
  if (line.contains("-BEGIN") || line.contains("-END") || line.contains("BEGIN CERTIFICATE"))
    return Objection{.text = "has a malformed BEGIN or END line",
                     .hint =
                         "The line must be exactly -----BEGIN CERTIFICATE----- or -----END "
                         "CERTIFICATE-----, with nothing before it."};
  if (is_stray_body(line))
    return Objection{.text = "holds data outside the certificate's block", .hint = ask_for_one};
  return std::nullopt;
}

std::optional<Objection> Blocks::read_inside(std::string_view line) {
  const auto label = label_of(line, end_mark);
  inside_ = label != "CERTIFICATE";
  if (inside_ && line.contains('-'))
    return Objection{.text = "has a damaged certificate: a line in it is no base64",
                     .hint = ask_for_one};
  // OpenSSL takes what stands above a blank line for headers (RFC 1421), and would skip it.
  if (!inside_ && has_blank_line_)
    return Objection{.text = "has a blank line inside the certificate",
                     .hint = "Take it out: OpenSSL skips what stands above such a line."};
  has_blank_line_ = has_blank_line_ || line.empty();
  if (inside_ && count_ == 1) first_body_ += line;
  return std::nullopt;
}

/// Decodes base64 without white space; nothing if it is malformed in any way.
std::optional<std::string> decoded(std::string_view body) {
  const auto data = body.substr(0, body.find_last_not_of('=') + 1);
  const auto padding = body.size() - data.size();
  const bool clean = data.find_first_not_of(base64) == std::string_view::npos;
  if (body.empty() || body.size() % 4 != 0 || padding > 2 || !clean) return std::nullopt;
  std::string bytes(body.size() / 4 * 3, '\0');
  const auto size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                    reinterpret_cast<const unsigned char*>(body.data()),
                                    static_cast<int>(body.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

bool is_text(std::string_view bytes) {
  const auto fits = [](char c) {
    return static_cast<unsigned char>(c) >= ' ' || (c >= '\t' && c <= '\r');
  };
  return std::ranges::all_of(bytes, fits);
}

}  // namespace

std::expected<std::string, Objection> certificate_block(std::string_view text) {
  if (!is_text(text)) return objection("is not PEM: it holds binary data or UTF-16", ask_for_one);
  Blocks blocks;
  if (auto fault = blocks.read(text)) return std::unexpected(std::move(*fault));
  if (blocks.count() == 0)
    return objection("is not PEM: it has no line -----BEGIN CERTIFICATE-----", ask_for_one);
  if (blocks.count() > 1)
    return objection(fmt::format("holds {} certificates, not one", blocks.count()),
                     "Leave only the proxy's own CA in the file, not a chain or a bundle.");
  auto der = decoded(blocks.first_body());
  if (!der) return objection("has a damaged certificate: its block is no base64", ask_for_one);
  return std::move(*der);
}

}  // namespace smolfleet::ca
