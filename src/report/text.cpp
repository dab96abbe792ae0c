// Escaping.
#include "report/text.hpp"

#include "smolfleet/core/text.hpp"

#include <nlohmann/json.hpp>

namespace smolfleet::report {

std::string fit_for_script(std::string_view json) {
  std::string safe;
  safe.reserve(json.size());
  for (const char c : json) {
    switch (c) {
      case '<':
        safe += "\\u003c";
        break;
      case '>':
        safe += "\\u003e";
        break;
      case '&':
        safe += "\\u0026";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string json_text(std::string_view text) {
  const nlohmann::json json(text);
  return fit_for_script(json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
}

std::string html(std::string_view text) {
  std::string safe;
  for (const char c : core::valid_utf8(text)) {
    switch (c) {
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '&':
        safe += "&amp;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

}  // namespace smolfleet::report
