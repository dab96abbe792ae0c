// Splitting what a source gives.
#include "report/lines.hpp"

#include <cstddef>
#include <vector>

namespace smolfleet::report {

std::error_code for_each_line(const journal::Source& source,
                              const std::function<void(const core::Line&)>& take) {
  constexpr std::size_t chunk_size = 256 * std::size_t{1024};
  core::LineSplitter splitter(journal::longest_record);
  const auto take_all = [&] {
    while (const auto line = splitter.take())
      take(*line);
  };
  std::vector<char> chunk(chunk_size);
  while (true) {
    const auto count = source(chunk);
    if (!count) return count.error();
    if (*count == 0) break;
    splitter.append({chunk.data(), *count});
    take_all();
  }
  splitter.finish();
  take_all();
  return {};
}

}  // namespace smolfleet::report
