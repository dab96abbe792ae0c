// Reading what runs have left: result streams and journals. Input is hostile.
#pragma once

#include "smolfleet/journal/file.hpp"
#include "smolfleet/report/guests.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace smolfleet::report {

/// Is told of each line that could not be read: its number from 1, and what is wrong with it, to
/// follow the number.
using OnUnreadable = std::function<void(std::uint64_t line, std::string_view what)>;

/// Takes any number of files, each of any kind, and puts together what they say. A plan counts
/// once: read twice it is the same answer, and of several answers (a journal's --retry-failed) the
/// one that began last stands. Memory: the guests and one line.
class Reader {
 public:
  Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader();

  /// Reads a file to its end; blocks. A line that cannot be read is passed over. Failure: the
  /// source's.
  [[nodiscard]] std::error_code read(const std::string& name, const journal::Source& source,
                                     const OnUnreadable& on_unreadable);

  /// Everything that was read. The reader is empty afterwards.
  [[nodiscard]] Guests finish();

 private:
  class Gathering;
  std::unique_ptr<Gathering> gathering_;
};

}  // namespace smolfleet::report
