// The rule of spec §4.
#include "smolfleet/plan/ca_choice.hpp"

#include <utility>

namespace smolfleet::plan {

std::string_view to_string(CaLabel label) {
  switch (label) {
    case CaLabel::egress:
      return "egress";
    case CaLabel::pipelock:
      return "pipelock";
  }
  std::unreachable();
}

std::string_view field_of(CaLabel label) {
  return label == CaLabel::egress ? "/egress_plan/mitmproxy_ca_cert_only_host_path"
                                  : "/proxy_plan/ca_cert_host_path";
}

CaChoice choose_ca(const Plan& plan) {
  if (plan.has_routes) return {.label = CaLabel::egress, .path = plan.egress_ca_path};
  return {.label = CaLabel::pipelock, .path = plan.pipelock_ca_path};
}

}  // namespace smolfleet::plan
