// The beginning and the end of a stream of any length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace smolfleet::process {

/// Keeps the first and the last `limit` bytes of what is appended and counts the rest. Memory grows
/// with what came, up to three times the limit.
class Capture {
 public:
  explicit Capture(std::size_t limit) : limit_(limit) {}

  void append(std::string_view bytes);

  /// Everything, or the beginning, a line that says how many bytes were left out, and the end.
  [[nodiscard]] std::string text() &&;

 private:
  void append_to_tail(std::string_view bytes);

  std::size_t limit_;
  std::string head_;
  /// Holds at most twice the limit, so that trimming it costs one move per `limit` bytes.
  std::string tail_;
  std::uint64_t left_out_ = 0;
};

}  // namespace smolfleet::process
