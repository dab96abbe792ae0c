// The feed: lines of plans, read only as they are wanted.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/line_splitter.hpp"
#include "smolfleet/core/own_stream.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <system_error>

namespace smolfleet::fleet {

/// Longest line of a feed in bytes, without its end (spec §3).
inline constexpr std::size_t longest_line = 1024 * std::size_t{1024};

/// Reads one stream. It may stay silent for hours, end in the middle of a line, or be a regular
/// file; what has not been asked for stays in the pipe.
class Feed {
 public:
  /// `name` is what messages call it, such as "stdin".
  Feed(core::OwnStream stream, std::string name);

  /// *Completes* with the next line that is not blank, or with nothing when the feed has ended, was
  /// stopped, or the task was cancelled. Other tasks run in between, however fast the feed is.
  /// Failure: a sentence that says why it cannot be read.
  [[nodiscard]] core::Awaitable<std::expected<std::optional<core::Line>, std::string>> next();

  /// A whole line that was read from the stream before the feed was stopped and that nobody has
  /// asked for; nothing: there is none left. Only after `next` has given its last.
  [[nodiscard]] std::optional<core::Line> take_unasked() { return take(); }

  /// Lines that were given out so far.
  [[nodiscard]] std::uint64_t lines() const { return lines_; }

  /// How many lines that are not blank the feed has, for progress.
  struct Length {
    std::uint64_t lines = 0;
    bool is_exact = false;  ///< otherwise estimated from the size of a regular file
  };
  /// Nothing: nobody can tell, as with a pipe whose writer goes on.
  [[nodiscard]] std::optional<Length> length() const;

  /// Ends the feed here: a `next` that waits completes with nothing, and so does every later one.
  void stop();
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  [[nodiscard]] std::optional<core::Line> take();
  /// Appends one chunk, after waiting for it if need be. Returns what went wrong.
  [[nodiscard]] core::Awaitable<std::error_code> read_chunk();
  /// Completes when there is something to read, or nobody is left to write it, or after `stop`.
  [[nodiscard]] core::Awaitable<void> readable();

  core::OwnStream stream_;
  std::string name_;
  core::LineSplitter splitter_;
  std::optional<std::uint64_t> size_;  ///< bytes from where reading began; of a regular file
  std::uint64_t read_ = 0;             ///< bytes
  std::uint64_t lines_ = 0;
  bool await_first_ = false;
  bool ended_ = false;
  bool stopped_ = false;
};

}  // namespace smolfleet::fleet
