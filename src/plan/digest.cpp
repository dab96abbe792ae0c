// The digest of a plan's content.
#include "smolfleet/plan/digest.hpp"

#include "smolfleet/core/digest.hpp"

#include <nlohmann/json.hpp>

namespace smolfleet::plan {

std::string content_digest(std::string_view line) {
  // Its objects are sorted by key, so that equal contents print alike.
  const auto content = nlohmann::json::parse(line, nullptr, false);
  return core::sha256_hex(content.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace smolfleet::plan
