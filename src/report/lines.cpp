// Splitting what a source gives.
#include "report/lines.hpp"

#include "smolfleet/core/text.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace smolfleet::report {
namespace {

constexpr std::size_t chunk_size = 256 * std::size_t{1024};

class Splitter {
 public:
  explicit Splitter(const std::function<void(const Line&)>& take) : take_(take) {}

  void add(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto end = bytes.find('\n');
      keep(bytes.substr(0, end));
      if (end == std::string_view::npos) return;
      hand_out(true);
      bytes.remove_prefix(end + 1);
    }
  }

  void finish() { hand_out(false); }

 private:
  void keep(std::string_view bytes) {
    const auto room = journal::longest_record - line_.size();
    too_long_ = too_long_ || bytes.size() > room;
    line_.append(bytes.substr(0, room));
  }

  void hand_out(bool ended) {
    ++number_;
    std::string_view text = line_;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (!core::trimmed(text).empty())
      take_({.number = number_, .text = text, .too_long = too_long_, .ended = ended});
    line_.clear();
    too_long_ = false;
  }

  const std::function<void(const Line&)>& take_;
  std::string line_;
  std::uint64_t number_ = 0;
  bool too_long_ = false;
};

}  // namespace

std::error_code for_each_line(const journal::Source& source,
                              const std::function<void(const Line&)>& take) {
  Splitter splitter(take);
  std::vector<char> chunk(chunk_size);
  while (true) {
    const auto count = source(chunk);
    if (!count) return count.error();
    if (*count == 0) break;
    splitter.add({chunk.data(), *count});
  }
  splitter.finish();
  return {};
}

}  // namespace smolfleet::report
