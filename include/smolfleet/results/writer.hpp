// Results on their way out: whole lines, at once, in order, never blocking the loop.
#pragma once

#include "smolfleet/core/asio.hpp"
#include "smolfleet/core/bell.hpp"
#include "smolfleet/core/gate.hpp"
#include "smolfleet/core/own_stream.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace smolfleet::results {

/// Writes lines to one stream. A reader that is slow makes `write` wait, and so, in the end, the
/// feed; a reader that has gone breaks the stream, and everything later is dropped.
class Writer {
 public:
  /// `bound`: bytes that may be queued before `write` waits. `on_broken` is called at most once,
  /// from the loop or from within `write`, `flush` or `hurry`. `content`: what the lines are, for
  /// the sentence that says they cannot be written.
  Writer(const core::Executor& executor, core::OwnStream stream, std::size_t bound,
         std::function<void()> on_broken, std::string content = "results");
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// *Completes when* the line has been written or queued. *On cancellation* it is queued all the
  /// same: a result that exists is not lost to a full queue.
  core::Awaitable<void> write(std::string_view line);

  /// The same without waiting: the line is queued beyond the bound if need be. For lines of which
  /// only so many can come before somebody has to wait in `write`.
  void add(std::string_view line);

  /// *Completes when* everything queued is written or the stream is broken.
  core::Awaitable<void> flush();

  /// From now on nobody waits for the reader: what the stream does not take at once is dropped.
  void hurry();

  /// What is wrong with the stream, as a sentence; nothing while it works.
  [[nodiscard]] const std::optional<std::string>& fault() const { return fault_; }

 private:
  void write_queued();
  void wait_for_room();
  void give_up();
  void break_off(std::string fault);
  [[nodiscard]] std::size_t queued() const { return queue_.size() - written_; }

  core::OwnStream stream_;
  std::size_t bound_;
  std::function<void()> on_broken_;
  std::string content_;
  std::string queue_;
  std::size_t written_ = 0;  ///< bytes at the front of the queue that are out
  bool waiting_ = false;     ///< for the stream to take more
  bool hurried_ = false;
  core::Gate turn_;  ///< one writer waits for room at a time, the others queue behind it
  core::Bell room_;
  core::Bell drained_;
  std::optional<std::string> fault_;
};

}  // namespace smolfleet::results
