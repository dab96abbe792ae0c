// A file that is being written: whole under its name, or not there.
#pragma once

#include "smolfleet/core/unique_fd.hpp"

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <system_error>

namespace smolfleet::report {

/// Gathers what is written and passes it on in large pieces. A regular file is written under a
/// temporary name beside it and renamed at the end, so that nobody ever sees half of it and a
/// failure leaves what was there before; a pipe, a device or stdout ("-") is written as it is.
class Output {
 public:
  /// Failure: why the file cannot be made.
  [[nodiscard]] static std::expected<Output, std::error_code> open(const std::string& path);
  Output(Output&& other) noexcept;
  Output& operator=(Output&&) = delete;
  /// Removes what was not committed.
  ~Output();

  /// After a failure it does nothing; `commit` tells.
  void write(std::string_view text);

  /// Writes what is left and gives the file its name. Call it once, at the end.
  [[nodiscard]] std::error_code commit();

 private:
  Output(core::UniqueFd fd, std::string path, std::string temporary);
  void flush();

  core::UniqueFd fd_;
  std::string path_;
  std::string temporary_;  ///< empty: written as it is
  std::string buffer_;
  std::error_code error_;
};

}  // namespace smolfleet::report
