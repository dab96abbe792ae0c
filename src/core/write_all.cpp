// A write may take less than it was given, and a signal may end it before it took anything.
#include "smolfleet/core/write_all.hpp"

#include "smolfleet/core/last_error.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace smolfleet::core {

std::error_code write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) return last_error();
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace smolfleet::core
