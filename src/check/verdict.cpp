// Words and sums.
#include "smolfleet/check/verdict.hpp"

#include <utility>

namespace smolfleet::check {

std::string_view to_string(Doubt doubt) {
  switch (doubt) {
    case Doubt::duplicate_target:
      return "duplicate_target";
    case Doubt::misspelt_key:
      return "misspelt_key";
    case Doubt::port_taken:
      return "port_taken";
    case Doubt::not_on_host:
      return "not_on_host";
  }
  std::unreachable();
}

void Tally::count(const Verdict& verdict) {
  ++(verdict.is_good() ? good : bad);
  warnings += verdict.warnings.size();
}

}  // namespace smolfleet::check
