// The pre-flight as other rooms call it.
#include "smolfleet/ca/inspect.hpp"

#include "smolfleet/core/timestamp.hpp"

#include "ca/examine.hpp"

#include <fmt/format.h>

namespace smolfleet::ca {

std::expected<Certificate, core::Failure> inspect(std::string_view bytes, std::string_view name) {
  auto examined = examine(bytes);
  if (!examined) return std::unexpected(failure_about(name, examined.error()));
  return std::move(examined->certificate);
}

std::expected<void, core::Failure> check_validity(const Certificate& certificate,
                                                  std::chrono::sys_seconds now,
                                                  std::string_view name) {
  Objection objection;
  if (now < certificate.not_before)
    objection = {
        .text = fmt::format("is not valid before {}", core::to_iso8601(certificate.not_before)),
        .hint = "Is this host's clock right?"};
  else if (now > certificate.not_after)
    objection = {.text = fmt::format("expired at {}", core::to_iso8601(certificate.not_after)),
                 .hint = "Have the proxy make a new CA, and check this host's clock."};
  else
    return {};
  return std::unexpected(failure_about(name, objection));
}

}  // namespace smolfleet::ca
