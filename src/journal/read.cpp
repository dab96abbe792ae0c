// Reading a journal line by line.
#include "smolfleet/journal/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace smolfleet::journal {
namespace {

constexpr std::size_t chunk_size = 256 * std::size_t{1024};

/// Takes the lines in order. One that is no record is held against the journal only when another
/// comes after it.
class Reading {
 public:
  explicit Reading(History& history) : history_(history) {}

  void take(std::string_view line) {
    if (objection_) {
      fault_ = fmt::format("line {} {}", number_, *objection_);
      return;
    }
    ++number_;
    const auto record = parse_record(line);
    if (record && number_ == 1 && !std::holds_alternative<Begun>(*record)) {
      fault_ = "line 1 does not say which run it is of";
    } else if (record) {
      history_.add(*record, good_);
      good_ += line.size() + 1;
    } else {
      objection_ = record.error();
    }
  }

  /// The journal has ended; `rest` is what stood behind the last line end.
  std::expected<std::uint64_t, std::string> finish(std::string_view rest) {
    // A file that does not begin as a journal is somebody else's: it is no torn line of ours.
    const bool foreign = number_ == 1 && objection_;
    if (foreign || (!fault_ && objection_ && !rest.empty())) take("");
    if (fault_) return std::unexpected(std::move(*fault_));
    if (number_ == 0 && !rest.empty() && !may_be_begun(rest)) {
      return std::unexpected("line 1 is no record of a journal");
    }
    return good_;
  }

  [[nodiscard]] bool has_fault() const { return fault_.has_value(); }

 private:
  /// Whether the bytes can be the beginning of a journal's first line.
  static bool may_be_begun(std::string_view bytes) {
    constexpr std::string_view head = R"({"record":"begun","journal":)";
    const auto size = std::min(bytes.size(), head.size());
    return bytes.substr(0, size) == head.substr(0, size);
  }

  History& history_;
  std::uint64_t number_ = 0;
  std::uint64_t good_ = 0;
  std::optional<std::string> objection_;  ///< to the latest line
  std::optional<std::string> fault_;
};

}  // namespace

std::expected<std::uint64_t, std::string> read_journal(const Source& source, History& history) {
  Reading reading(history);
  std::string buffer;
  std::vector<char> chunk(chunk_size);
  while (!reading.has_fault()) {
    const auto count = source(chunk);
    if (!count) return std::unexpected("cannot be read: " + count.error().message());
    if (*count == 0) break;
    const auto searched = buffer.size();
    buffer.append(chunk.data(), *count);
    std::size_t begin = 0;
    for (auto end = buffer.find('\n', searched); end != std::string::npos;
         end = buffer.find('\n', begin)) {
      reading.take(std::string_view(buffer).substr(begin, end - begin));
      begin = end + 1;
    }
    buffer.erase(0, begin);
    if (buffer.size() > longest_record) return std::unexpected("holds a line that has no end");
  }
  return reading.finish(buffer);
}

}  // namespace smolfleet::journal
