// smolvm's standing phrases.
#include "support/text.hpp"

#include <cstring>

namespace smolfleet::standin {

std::string os_error(int error) {
  return cat(std::strerror(error), " (os error ", error, ")");
}

std::string start_failed(std::string_view reason) {
  return cat("agent operation failed: start machine: agent operation failed: ", reason);
}

}  // namespace smolfleet::standin
