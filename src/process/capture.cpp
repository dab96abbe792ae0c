// Head and tail of a stream.
#include "smolfleet/process/capture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace smolfleet::process {

void Capture::append(std::string_view bytes) {
  const auto to_head = std::min(bytes.size(), limit_ - head_.size());
  head_.append(bytes.substr(0, to_head));
  append_to_tail(bytes.substr(to_head));
}

void Capture::append_to_tail(std::string_view bytes) {
  if (bytes.size() > limit_) {
    left_out_ += tail_.size() + bytes.size() - limit_;
    tail_.assign(bytes.substr(bytes.size() - limit_));
    return;
  }
  tail_.append(bytes);
  if (tail_.size() <= 2 * limit_) return;
  const auto excess = tail_.size() - limit_;
  left_out_ += excess;
  tail_.erase(0, excess);
}

std::string Capture::text() && {
  if (tail_.size() > limit_) {
    left_out_ += tail_.size() - limit_;
    tail_.erase(0, tail_.size() - limit_);
  }
  if (left_out_ > 0) head_ += fmt::format("\n… {} bytes left out …\n", left_out_);
  head_ += tail_;
  return std::move(head_);
}

}  // namespace smolfleet::process
