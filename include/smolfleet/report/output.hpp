// A file that is being written: whole under its name, or not there.
#pragma once

#include "smolfleet/core/unique_fd.hpp"

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace smolfleet::report {

class Unfinished;

/// The absolute path that `path` leads to, behind links, whether there is a file or not yet.
[[nodiscard]] std::string destination(const std::string& path);

/// From now on SIGINT, SIGTERM and SIGHUP remove what is being written before they end the process.
/// Those that are ignored stay so.
void remove_unfinished_on_signals();

/// Gathers what is written and passes it on in large pieces. A regular file is written under a
/// temporary name beside it and renamed at the end, so that nobody ever sees half of it and a
/// failure leaves what was there before; a pipe, a device or stdout ("-") is written as it is. A
/// file that takes another's place has its mode.
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

  /// Writes what is left, after which it is known that everything has its place on the disk.
  /// Nothing can be written any more.
  [[nodiscard]] std::error_code finish();

  /// Finishes what is not finished and gives the file its name. Call it once, at the end.
  [[nodiscard]] std::error_code commit();

 private:
  Output(core::UniqueFd fd, std::unique_ptr<Unfinished> file);
  void flush();

  core::UniqueFd fd_;
  std::unique_ptr<Unfinished> file_;  ///< nothing: written as it is
  std::string buffer_;
  std::error_code error_;
};

}  // namespace smolfleet::report
