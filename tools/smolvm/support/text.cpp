// The words for an errno.
#include "support/text.hpp"

#include <cstring>

namespace smolfleet::standin {

std::string os_error(int error) {
  return cat(std::strerror(error), " (os error ", error, ")");
}

}  // namespace smolfleet::standin
