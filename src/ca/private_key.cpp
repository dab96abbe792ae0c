// Only outlines are looked at. Loading a key would compute with it, and a hostile one can make that
// take hours.
#include "ca/private_key.hpp"

#include <openssl/asn1.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>

namespace smolfleet::ca {

namespace {

constexpr std::string_view key_label = "PRIVATE KEY";

bool contains_in_any_case(std::string_view text, std::string_view upper) {
  const auto same = [](char c, char wanted) {
    return std::toupper(static_cast<unsigned char>(c)) == wanted;
  };
  return !std::ranges::search(text, upper, same).empty();
}

/// A label is in capitals. One in other letters counts on a line with dashes; "no private key in
/// here" in a comment does not.
bool has_label(std::string_view text) {
  if (text.contains(key_label)) return true;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\r\n"), text.size());
    const auto line = text.substr(0, end);
    if (line.contains("--") && contains_in_any_case(line, key_label)) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

struct Element {
  int tag = 0;
  std::string_view content;  ///< empty if its length is left open (BER)
};

/// Takes the first ASN.1 element off `bytes`; one of open length leaves its content there.
std::optional<Element> take_element(std::string_view& bytes) {
  constexpr int error = 0x80;
  const auto* begin = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* content = begin;
  long length = 0;
  int tag = 0;
  int tag_class = 0;
  const int form =
      ASN1_get_object(&content, &length, &tag, &tag_class, static_cast<long>(bytes.size()));
  if ((form & error) != 0 || tag_class != V_ASN1_UNIVERSAL) return std::nullopt;
  bytes.remove_prefix(static_cast<std::size_t>(content - begin));
  Element element{.tag = tag, .content = bytes.substr(0, static_cast<std::size_t>(length))};
  bytes.remove_prefix(element.content.size());
  return element;
}

/// Keys begin with a small version number, a certificate with a sequence. An encrypted PKCS#8 is a
/// sequence and an octet string; nothing that belongs in a CA file looks so.
bool is_der_key(std::string_view bytes) {
  const auto outer = take_element(bytes);
  if (!outer || outer->tag != V_ASN1_SEQUENCE) return false;
  auto rest = outer->content.empty() ? bytes : outer->content;
  const auto first = take_element(rest);
  const auto second = take_element(rest);
  if (!first || !second) return false;
  if (first->tag == V_ASN1_SEQUENCE) return second->tag == V_ASN1_OCTET_STRING;
  const bool version = first->tag == V_ASN1_INTEGER && first->content.size() == 1;
  constexpr std::array follows = {V_ASN1_INTEGER, V_ASN1_SEQUENCE, V_ASN1_OCTET_STRING};
  return version && std::ranges::find(follows, second->tag) != follows.end();
}

}  // namespace

bool holds_private_key(std::string_view bytes) {
  return has_label(bytes) || is_der_key(bytes);
}

}  // namespace smolfleet::ca
