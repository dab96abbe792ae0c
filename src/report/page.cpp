// Putting the page together from its parts.
#include "smolfleet/report/page.hpp"

#include "smolfleet/core/digest.hpp"

#include "report/assets.hpp"
#include "report/page_data.hpp"
#include "report/text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <string>

namespace smolfleet::report {
namespace {

/// What hex digits say, in base64 (RFC 4648).
std::string base64_of_hex(std::string_view hex) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t digits_in_group = 6;  // 24 bits
  std::string text;
  for (std::size_t at = 0; at < hex.size(); at += digits_in_group) {
    const auto digits = hex.substr(at, digits_in_group);
    unsigned bits = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
    bits <<= 4U * static_cast<unsigned>(digits_in_group - digits.size());
    for (std::size_t i = 0; i < 4; ++i) {
      const auto six = (bits >> (18U - 6U * static_cast<unsigned>(i))) & 0x3FU;
      text += i * 6 < digits.size() * 4 ? alphabet[six] : '=';
    }
  }
  return text;
}

/// How a content security policy names a script that may run.
std::string source_of(std::string_view script) {
  return fmt::format("'sha256-{}'", base64_of_hex(core::sha256_hex(script)));
}

/// The browser may load nothing, and runs our two scripts and no other.
std::string policy() {
  return fmt::format(
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {} {}",
      source_of(assets::library()), source_of(assets::program()));
}

class Page {
 public:
  Page(const Sink& sink, const Guests& guests, const Summary& summary, std::string_view title)
      : sink_(sink), guests_(guests), summary_(summary), title_(title) {}

  /// Copies the outline and puts the parts where their names stand.
  void write() {
    auto rest = assets::page();
    while (true) {
      const auto mark = rest.find('@');
      sink_(rest.substr(0, mark));
      if (mark == std::string_view::npos) return;
      const auto end = rest.find('@', mark + 1);
      write_part(rest.substr(mark + 1, end - mark - 1));
      rest.remove_prefix(end + 1);
    }
  }

 private:
  void write_part(std::string_view name) {
    if (name == "policy") sink_(policy());
    if (name == "title") sink_(html(title_));
    if (name == "style") sink_(assets::style());
    if (name == "notices") sink_(html(assets::notices()));
    if (name == "data") write_page_data(sink_, guests_, summary_);
    if (name == "library") sink_(assets::library());
    if (name == "program") sink_(assets::program());
  }

  const Sink& sink_;
  const Guests& guests_;
  const Summary& summary_;
  std::string_view title_;
};

}  // namespace

void write_page(const Sink& sink, const Guests& guests, const Summary& summary,
                std::string_view title) {
  Page(sink, guests, summary, title).write();
}

}  // namespace smolfleet::report
