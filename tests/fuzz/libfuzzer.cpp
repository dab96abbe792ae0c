// A target as libFuzzer calls it: the library brings main() and the inputs.
#include "target.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  smolfleet::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
